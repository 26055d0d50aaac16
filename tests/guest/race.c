/*
 * race.c - threads that add to a count without a lock: how many additions are lost depends on the scheduler alone.
 * usage: race [THREADS [ADDITIONS]]; exit status 1 when some were lost
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static volatile long count;
static int additions = 200;

static void *add(void *arg)
{
    for (int i = 0; i < additions; i++) {
        long seen = count;

        for (volatile int j = 0; j < 3; j++)
            ;
        count = seen + 1;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 4;
    pthread_t th[64];

    if (argc > 2)
        additions = atoi(argv[2]);
    if (threads < 1 || threads > 64)
        return 2;
    for (int i = 0; i < threads; i++)
        pthread_create(&th[i], NULL, add, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(th[i], NULL);
    printf("%ld of %d\n", count, threads * additions);
    return count != threads * additions;
}
