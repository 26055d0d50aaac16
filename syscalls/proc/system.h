/* system.h - what the machine calls itself (uname, /proc/version, /proc/sys/kernel). */
#ifndef SYSCALLS_PROC_SYSTEM_H
#define SYSCALLS_PROC_SYSTEM_H

#define KERNEL_NODENAME "mseal-emu"
#define KERNEL_RELEASE  "6.18.0-mseal-emu"
#define KERNEL_VERSION  "#1 SMP PREEMPT_DYNAMIC Wed Jan  1 00:00:00 UTC 2025"

#endif
