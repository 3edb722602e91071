// Loaded into workerd before libc: ends the process, or fails the call, at a chosen write below a folder.
//
// PASSERBY_FAULT_FOLDER names the folder. PASSERBY_FAULT_PLAN names a file of four 64-bit numbers that the test shares with
// the process: how many writes there were; the first and the last of them that fail, 0 for none; and how they fail: 0 is
// SIGKILL, anything else the errno. What changes a file or its name counts as a write, and so does making it durable.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

struct plan {
  int64_t writes, first, last, how;
};

static struct plan *plan;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("PASSERBY_FAULT_PLAN");
  folder = getenv("PASSERBY_FAULT_FOLDER");
  int file = name && folder ? open(name, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (shared != MAP_FAILED) plan = shared;
}

// Whether the write to what is open as `file` fails. A write that kills does not return.
static int fails(int file) {
  if (!plan) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder)) != 0) return 0;
  int64_t write = __atomic_add_fetch(&plan->writes, 1, __ATOMIC_SEQ_CST);
  if (write < plan->first || write > plan->last) return 0;
  if (plan->how == 0) kill(getpid(), SIGKILL);
  errno = (int)plan->how;
  return 1;
}

#define PASSED_ON(result, name, arguments, values, file)  \
  result name arguments {                                 \
    static result(*next) arguments;                       \
    if (!next) next = (result(*) arguments)dlsym(RTLD_NEXT, #name); \
    return fails(file) ? -1 : next values;                \
  }

PASSED_ON(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size), file)
PASSED_ON(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count), file)
PASSED_ON(ssize_t, pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at), file)
PASSED_ON(ssize_t, pwrite64, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at), file)
PASSED_ON(ssize_t, pwritev, (int file, const struct iovec *parts, int count, off_t at), (file, parts, count, at), file)
PASSED_ON(int, ftruncate, (int file, off_t size), (file, size), file)
PASSED_ON(int, ftruncate64, (int file, off64_t size), (file, size), file)
PASSED_ON(int, fsync, (int file), (file), file)
PASSED_ON(int, fdatasync, (int file), (file), file)
PASSED_ON(int, unlinkat, (int folder, const char *name, int flags), (folder, name, flags), folder)
PASSED_ON(int, renameat, (int from, const char *old, int to, const char *new), (from, old, to, new), to)
PASSED_ON(int, linkat, (int from, const char *old, int to, const char *new, int flags), (from, old, to, new, flags), to)
