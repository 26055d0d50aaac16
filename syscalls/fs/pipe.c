/* pipe.c - pipes (to come). */
#include "vfs.h"
const struct file_ops fifo_file_ops;
int fifo_open(struct task *t, struct inode *inode, struct file *f)
{
    return -ENXIO;
}
