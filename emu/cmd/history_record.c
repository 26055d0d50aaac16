#include "history.h"
int history_ask(FILE *in, const char *name, const struct history_question *q)
{
    return 125;
}
