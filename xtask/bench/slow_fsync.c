// Loaded into workerd before libc: a disk of the cloud, which takes two milliseconds longer to make something durable.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#define SLOW(name)                                           \
  int name(int file) {                                       \
    static int (*next)(int);                                 \
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, #name); \
    usleep(2000);                                            \
    return next(file);                                       \
  }

SLOW(fsync)
SLOW(fdatasync)
