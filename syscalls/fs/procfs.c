/* procfs.c - /proc (to come). */
#include "vfs.h"
int procfs_mount(struct vfs *v)
{
    return 0;
}
int sysfs_mount(struct vfs *v)
{
    return 0;
}
