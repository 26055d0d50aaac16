/* floating.c - double precision: planets around a sun, and a matrix product. Argument: rounds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BODIES 5
#define SIZE   96

static double pos[BODIES][3], vel[BODIES][3], mass[BODIES];
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static void step(double dt)
{
    for (int i = 0; i < BODIES; i++) {
        for (int j = 0; j < BODIES; j++) {
            double d[3], r2 = 1e-9, f;

            if (i == j)
                continue;
            for (int k = 0; k < 3; k++) {
                d[k] = pos[j][k] - pos[i][k];
                r2 += d[k] * d[k];
            }
            f = mass[j] / (r2 * sqrt(r2));
            for (int k = 0; k < 3; k++)
                vel[i][k] += d[k] * f * dt;
        }
    }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            pos[i][k] += vel[i][k] * dt;
}

static void multiply(void)
{
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            double sum = 0;

            for (int k = 0; k < SIZE; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1;

    for (int i = 0; i < BODIES; i++) {
        mass[i] = i ? 0.001 * i : 1;
        pos[i][0] = i * 1.5;
        vel[i][1] = i ? 1 / sqrt(i * 1.5) : 0;
    }
    for (int i = 0; i < SIZE * SIZE; i++) {
        a[i / SIZE][i % SIZE] = i % 17 * 0.25;
        b[i / SIZE][i % SIZE] = i % 13 * 0.5;
    }
    while (rounds--) {
        for (int i = 0; i < 5000; i++)
            step(0.001);
        multiply();
    }
    printf("%.12f %.12f %.1f\n", pos[1][0], pos[4][1], c[5][7]);
    return 0;
}
