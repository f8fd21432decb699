// Counts the calls of a process that make something durable, and at one of them lets it die or the call fail. For LD_PRELOAD.
//
//   FAULT_LOG=FILE     writes each call: number, name, path
//   FAULT_KILL=N       SIGKILL before call N
//   FAULT_TORN=N       half of call N where it writes, then SIGKILL
//   FAULT_ERROR=N      call N fails with FAULT_ERRNO
//   FAULT_FROM=N       so do call N and all after it
//   FAULT_SHORT=1      each write takes half of what it is given
//   FAULT_JOURNAL=FILE writes what each call did below FAULT_ROOT, for disk_model.py: what a disk had kept at any moment follows from it
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
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
static int log_file = -1, journal_file = -1, kill_at, torn_at, error_at, error_from, error_number, writes_half, is_ready;

static int number(const char *name) {
    const char *text = getenv(name);
    return text ? atoi(text) : 0;
}

static const char *root;

// A file of ours, out of the way of the program's.
static int log_named(const char *name) {
    const char *path = getenv(name);
    if (!path) return -1;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int kept = (int)syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, file);
    return kept;
}

__attribute__((constructor)) static void prepare(void) {
    log_file = log_named("FAULT_LOG");
    root = getenv("FAULT_ROOT");
    if (root) journal_file = log_named("FAULT_JOURNAL");
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
    struct stat found;
    if (file <= 2 || file == log_file || file == journal_file || syscall(SYS_fstat, file, &found) != 0) return GO_ON;
    if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) return GO_ON;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlink, link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    if (path[0] != '/' || !strncmp(path, "/proc", 5)) return GO_ON;
    return count(name, path);
}

// The journal: a line for each call that succeeded, in the order of the calls, and behind a write its bytes.

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static void begin(void) {
    if (journal_file >= 0) pthread_mutex_lock(&order);
}

static void end(void) {
    if (journal_file >= 0) {
        int kept = errno;
        pthread_mutex_unlock(&order);
        errno = kept;
    }
}

// The whole path of what a call names.
static const char *whole(int folder, const char *name, char *path) {
    if (name[0] == '/') return strncpy(path, name, PATH_MAX);
    char link[64];
    snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    long length = syscall(SYS_readlink, link, path, PATH_MAX - 1);
    snprintf(path + (length > 0 ? length : 0), PATH_MAX - (length > 0 ? length : 0), "/%s", name);
    return path;
}

// Or the root itself.
static int is_below_root(const char *path) {
    size_t length = strlen(root);
    return !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

static unsigned long inode(const char *path) {
    struct stat found;
    return syscall(SYS_newfstatat, AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW) == 0 ? found.st_ino : 0;
}

static void journal_line(char kind, unsigned long node, long number, const char *path, const char *other, const void *bytes, size_t size) {
    int kept = errno;
    char line[3 * PATH_MAX];
    int length = snprintf(line, sizeof line, "%c\t%lu\t%ld\t%s\t%s\t%zu\n", kind, node, number, path, other, size);
    syscall(SYS_write, journal_file, line, length);
    if (size) syscall(SYS_write, journal_file, bytes, size);
    errno = kept;
}

static void journal_name(char kind, long number, int folder, const char *name, int other_folder, const char *other) {
    if (journal_file < 0) return;
    char path[PATH_MAX], second[PATH_MAX] = "";
    whole(folder, name, path);
    if (other) whole(other_folder, other, second);
    if (!is_below_root(path) && !is_below_root(second)) return;
    journal_line(kind, inode(other ? second : path), number, path, second, NULL, 0);
}

static void journal_file_call(char kind, int file, long number, const void *bytes, size_t size) {
    struct stat found;
    char link[64], path[PATH_MAX];
    if (journal_file < 0 || file <= 2 || syscall(SYS_fstat, file, &found) != 0) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlink, link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    if (is_below_root(path)) journal_line(kind, found.st_ino, number, path, "", bytes, size);
}

#define REAL(result, name, ...)                                                                                        \
    static result (*real)(__VA_ARGS__);                                                                                \
    if (!real) real = dlsym(RTLD_NEXT, name)

// What `journaled` says stands in the journal where the call succeeds.
#define CALL(counted, journaled, ...)                                                                                  \
    int what = counted;                                                                                                \
    if (what > 0) {                                                                                                    \
        errno = what;                                                                                                  \
        return -1;                                                                                                     \
    }                                                                                                                  \
    if (what == TEAR) die();                                                                                           \
    begin();                                                                                                           \
    int result = real(__VA_ARGS__);                                                                                    \
    if (result >= 0) journaled;                                                                                        \
    end();                                                                                                             \
    return result

#define WRITE(counted, at, half, whole, size)                                                                          \
    int what = counted;                                                                                                \
    if (what > 0) {                                                                                                    \
        errno = what;                                                                                                  \
        return -1;                                                                                                     \
    }                                                                                                                  \
    if (what == TEAR) {                                                                                                \
        half;                                                                                                          \
        die();                                                                                                         \
    }                                                                                                                  \
    begin();                                                                                                           \
    long place = at;                                                                                                   \
    ssize_t result = writes_half && file > 2 && size > 1 ? half : whole;                                               \
    if (result > 0) journal_file_call('W', file, place, bytes, (size_t)result);                                        \
    end();                                                                                                             \
    return result

ssize_t write(int file, const void *bytes, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    WRITE(count_file("write", file), journal_file < 0 ? 0 : syscall(SYS_lseek, file, 0, SEEK_CUR), real(file, bytes, size / 2),
          real(file, bytes, size), size);
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    WRITE(count_file("pwrite", file), at, real(file, bytes, size / 2, at), real(file, bytes, size, at), size);
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }

int fsync(int file) {
    REAL(int, "fsync", int);
    CALL(count_file("fsync", file), journal_file_call('S', file, 0, NULL, 0), file);
}
int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    CALL(count_file("fdatasync", file), journal_file_call('S', file, 0, NULL, 0), file);
}
int syncfs(int file) {
    REAL(int, "syncfs", int);
    CALL(count_file("syncfs", file), journal_file_call('F', file, 0, NULL, 0), file);
}
int ftruncate64(int file, off_t size) {
    REAL(int, "ftruncate64", int, off_t);
    CALL(count_file("ftruncate", file), journal_file_call('T', file, size, NULL, 0), file, size);
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }
// Not counted: a mode is nobody's to lose, but the disk has to know it.
int fchmod(int file, mode_t mode) {
    REAL(int, "fchmod", int, mode_t);
    CALL(GO_ON, journal_file_call('M', file, mode, NULL, 0), file, mode);
}

int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    CALL(count("rename", new), journal_name('R', 0, AT_FDCWD, old, AT_FDCWD, new), old, new);
}
int renameat(int old_folder, const char *old, int new_folder, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    CALL(count("renameat", new), journal_name('R', 0, old_folder, old, new_folder, new), old_folder, old, new_folder, new);
}
int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned int flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned int);
    CALL(count("renameat2", new), journal_name('R', flags, old_folder, old, new_folder, new), old_folder, old, new_folder, new, flags);
}
int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    CALL(count("linkat", new), journal_name('L', 0, old_folder, old, new_folder, new), old_folder, old, new_folder, new, flags);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    CALL(count("unlink", path), journal_name('U', 0, AT_FDCWD, path, 0, NULL), path);
}
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    CALL(count("unlinkat", path), journal_name('U', 0, folder, path, 0, NULL), folder, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    CALL(count("mkdir", path), journal_name('D', mode, AT_FDCWD, path, 0, NULL), path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    CALL(count("mkdirat", path), journal_name('D', mode, folder, path, 0, NULL), folder, path, mode);
}

// Whether opening this makes a file: it is to be created and is not there.
static int makes(int folder, const char *name, int flags) {
    char path[PATH_MAX];
    return journal_file >= 0 && (flags & O_CREAT) && !inode(whole(folder, name, path));
}

static void journal_open(int made, int folder, const char *path, int flags, mode_t mode) {
    if (made) journal_name('C', mode, folder, path, 0, NULL);
    else if (flags & O_TRUNC) journal_name('T', 0, folder, path, 0, NULL);
}

#define OPEN(name, folder, ...)                                                                                       \
    mode_t mode = 0;                                                                                                   \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                                               \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode = va_arg(more, mode_t);                                                                                   \
        va_end(more);                                                                                                  \
    }                                                                                                                  \
    int made = makes(folder, path, flags);                                                                             \
    CALL(flags & O_CREAT ? count(name, path) : GO_ON, journal_open(made, folder, path, flags, mode), __VA_ARGS__)

int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...);
    OPEN("creat", AT_FDCWD, path, flags, mode);
}
int open(const char *path, int flags, ...) {
    REAL(int, "open", const char *, int, ...);
    OPEN("creat", AT_FDCWD, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    REAL(int, "openat64", int, const char *, int, ...);
    OPEN("creat", folder, folder, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    REAL(int, "openat", int, const char *, int, ...);
    OPEN("creat", folder, folder, path, flags, mode);
}
