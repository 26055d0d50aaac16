/* The vDSO's image: a dynamic linker takes it as it is, and its functions make the system calls they are
 * named after. */
#include "emu/vdso.h"
#include "run_suite.h"

#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void *open_image(void)
{
    int fd = memfd_create("vdso", MFD_CLOEXEC);
    char path[64];
    void *lib;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, vdso_image, vdso_image_size), (ssize_t)vdso_image_size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(lib != NULL, "%s", dlerror());
    close(fd);
    return lib;
}

START_TEST(linker_takes_it)
{
    static const char *const names[] = {"clock_gettime", "gettimeofday", "clock_getres", "time", "getcpu"};
    void *lib = open_image();

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char name[64];
        void *plain = dlvsym(lib, names[i], "LINUX_2.6");

        snprintf(name, sizeof(name), "__vdso_%s", names[i]);
        ck_assert_msg(plain != NULL, "%s", dlerror());
        ck_assert_ptr_eq(dlvsym(lib, name, "LINUX_2.6"), plain);
    }
    ck_assert_ptr_null(dlvsym(lib, "__vdso_time", "LINUX_2.5"));
    dlclose(lib);
}
END_TEST

START_TEST(functions_call)
{
    void *lib = open_image();
    int (*gettime)(clockid_t, struct timespec *) = dlsym(lib, "__vdso_clock_gettime");
    int (*getres)(clockid_t, struct timespec *) = dlsym(lib, "__vdso_clock_getres");
    int (*timeofday)(struct timeval *, void *) = dlsym(lib, "__vdso_gettimeofday");
    time_t (*time_)(time_t *) = dlsym(lib, "__vdso_time");
    int (*getcpu_)(unsigned *, unsigned *, void *) = dlsym(lib, "__vdso_getcpu");
    struct timespec ts = {-1, -1}, res = {-1, -1};
    unsigned cpu = ~0u, node = ~0u;
    struct timeval tv = {-1, -1};
    time_t t = -1;

    ck_assert_int_eq(gettime(CLOCK_MONOTONIC, &ts), 0);
    ck_assert_int_ge(ts.tv_nsec, 0);
    ck_assert_int_eq(gettime(1000, &ts), -EINVAL);
    ck_assert_int_eq(getres(CLOCK_MONOTONIC, &res), 0);
    ck_assert_int_ge(res.tv_nsec, 1);
    ck_assert_int_eq(timeofday(&tv, NULL), 0);
    ck_assert_int_ge(tv.tv_sec, 0);
    ck_assert_int_eq(time_(&t), t);
    ck_assert_int_ge(t, tv.tv_sec);
    ck_assert_int_eq(getcpu_(&cpu, &node, NULL), 0);
    ck_assert_uint_ne(cpu, ~0u);
    dlclose(lib);
}
END_TEST

/* Two pages, so that a part of it can be sealed or unmapped, and no byte depends on the tools it was built
 * with. */
START_TEST(size_and_sum)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < vdso_image_size; i++)
        sum = (sum ^ ((const uint8_t *)vdso_image)[i]) * UINT64_C(0x100000001b3);
    ck_assert_uint_eq(vdso_image_size, 8192);
    ck_assert_uint_eq(sum, UINT64_C(5662219381836002049));
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("image");

    tcase_add_test(c, linker_takes_it);
    tcase_add_test(c, functions_call);
    tcase_add_test(c, size_and_sum);
    return run_suite("vdso", c, NULL);
}
