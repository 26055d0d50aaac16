/* handover.c - two threads take turns with a mutex and a condition variable. usage: handover ROUNDS */
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long turn;
static int rounds = 1000;

static void *take_turns(void *arg)
{
    for (int i = 0; i < rounds; i++) {
        pthread_mutex_lock(&lock);
        while (turn != (long)arg)
            pthread_cond_wait(&changed, &lock);
        turn = !turn;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t th[2];

    if (argc > 1)
        rounds = atoi(argv[1]);
    for (long i = 0; i < 2; i++)
        pthread_create(&th[i], NULL, take_turns, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(th[i], NULL);
    return 0;
}
