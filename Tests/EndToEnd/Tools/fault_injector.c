// Counts the calls of a process that make something durable, and at one of them lets it die or the call fail. For LD_PRELOAD.
//
//   FAULT_LOG=FILE     writes each call: number, name, path
//   FAULT_KILL=N       SIGKILL before call N
//   FAULT_TORN=N       half of call N where it writes, then SIGKILL
//   FAULT_ERROR=N      call N fails with FAULT_ERRNO
//   FAULT_FROM=N       so do call N and all after it
//   FAULT_SHORT=1      each write takes half of what it is given
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls;
static int log_file = -1, kill_at, torn_at, error_at, error_from, error_number, writes_half, is_ready;

static int number(const char *name) {
    const char *text = getenv(name);
    return text ? atoi(text) : 0;
}

__attribute__((constructor)) static void prepare(void) {
    const char *path = getenv("FAULT_LOG");
    if (path) {
        int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        log_file = (int)syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 900);
        syscall(SYS_close, file);
    }
    kill_at = number("FAULT_KILL");
    torn_at = number("FAULT_TORN");
    error_at = number("FAULT_ERROR");
    error_from = number("FAULT_FROM");
    error_number = number("FAULT_ERRNO");
    writes_half = number("FAULT_SHORT");
    // Programs that this one starts are not meant.
    unsetenv("LD_PRELOAD");
    is_ready = 1;
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

enum { GO_ON = 0, TEAR = -1 };

// GO_ON, TEAR, or the number of an error.
static int count(const char *name, const char *path) {
    if (!is_ready) return GO_ON;
    int call = atomic_fetch_add(&calls, 1) + 1;
    if (log_file >= 0) {
        char line[1200];
        int length = snprintf(line, sizeof line, "%d %s %s\n", call, name, path ? path : "-");
        syscall(SYS_write, log_file, line, length);
    }
    if (kill_at == call) die();
    if (torn_at == call) return TEAR;
    if (error_at == call || (error_from && call >= error_from)) return error_number;
    return GO_ON;
}

// Files alone: what is printed, pipes and devices are nobody's to keep.
static int count_file(const char *name, int file) {
    char link[64], path[1024];
    if (file <= 2 || file == log_file) return GO_ON;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlink, link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    if (path[0] != '/' || !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc", 5)) return GO_ON;
    return count(name, path);
}

#define REAL(result, name, ...)                                                                                        \
    static result (*real)(__VA_ARGS__);                                                                                \
    if (!real) real = dlsym(RTLD_NEXT, name)

#define CALL(counted, ...)                                                                                             \
    int what = counted;                                                                                                \
    if (what > 0) {                                                                                                    \
        errno = what;                                                                                                  \
        return -1;                                                                                                     \
    }                                                                                                                  \
    if (what == TEAR) die();                                                                                           \
    return real(__VA_ARGS__)

#define WRITE(counted, half, whole, size)                                                                              \
    int what = counted;                                                                                                \
    if (what > 0) {                                                                                                    \
        errno = what;                                                                                                  \
        return -1;                                                                                                     \
    }                                                                                                                  \
    if (what == TEAR) {                                                                                                \
        half;                                                                                                          \
        die();                                                                                                         \
    }                                                                                                                  \
    if (writes_half && file > 2 && size > 1) return half;                                                              \
    return whole

ssize_t write(int file, const void *bytes, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    WRITE(count_file("write", file), real(file, bytes, size / 2), real(file, bytes, size), size);
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    WRITE(count_file("pwrite", file), real(file, bytes, size / 2, at), real(file, bytes, size, at), size);
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }

int fsync(int file) {
    REAL(int, "fsync", int);
    CALL(count_file("fsync", file), file);
}
int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    CALL(count_file("fdatasync", file), file);
}
int syncfs(int file) {
    REAL(int, "syncfs", int);
    CALL(count_file("syncfs", file), file);
}
int ftruncate64(int file, off_t size) {
    REAL(int, "ftruncate64", int, off_t);
    CALL(count_file("ftruncate", file), file, size);
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    CALL(count("rename", new), old, new);
}
int renameat(int old_folder, const char *old, int new_folder, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    CALL(count("renameat", new), old_folder, old, new_folder, new);
}
int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned int flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned int);
    CALL(count("renameat2", new), old_folder, old, new_folder, new, flags);
}
int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    CALL(count("linkat", new), old_folder, old, new_folder, new, flags);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    CALL(count("unlink", path), path);
}
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    CALL(count("unlinkat", path), folder, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    CALL(count("mkdir", path), path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    CALL(count("mkdirat", path), folder, path, mode);
}

#define OPEN(name, ...)                                                                                               \
    mode_t mode = 0;                                                                                                   \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                                               \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode = va_arg(more, mode_t);                                                                                   \
        va_end(more);                                                                                                  \
    }                                                                                                                  \
    CALL(flags & O_CREAT ? count(name, path) : GO_ON, __VA_ARGS__)

int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...);
    OPEN("creat", path, flags, mode);
}
int open(const char *path, int flags, ...) {
    REAL(int, "open", const char *, int, ...);
    OPEN("creat", path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    REAL(int, "openat64", int, const char *, int, ...);
    OPEN("creat", folder, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    REAL(int, "openat", int, const char *, int, ...);
    OPEN("creat", folder, path, flags, mode);
}
