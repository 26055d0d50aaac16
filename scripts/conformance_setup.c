/* conformance_setup.c - what a kernel that has just started lacks and a machine has: a loopback network that is up, and /dev/pts. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

int main(void)
{
    struct ifreq lo = {.ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), failed = 0;

    strcpy(lo.ifr_name, "lo");
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo)) {
        perror("lo");
        failed = 1;
    }
    mkdir("/dev/pts", 0755);
    if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC | MS_RELATIME, NULL)) {
        perror("/dev/pts");
        failed = 1;
    }
    return failed;
}
