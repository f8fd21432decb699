// What the C library has and Swift's import of it hides, because it is only declared with _GNU_SOURCE.
#ifndef ROTATION_JOB_CLINUX_SHIM_H
#define ROTATION_JOB_CLINUX_SHIM_H

#include <errno.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/timex.h>

extern long syscall(long number, ...);

/// Makes everything durable that was written to the file system of an open file (syncfs(2)). 0, or -1 and errno.
extern int syncfs(int descriptor);

/// A pipe with open(2)'s flags on both ends (pipe2(2)). 0, or -1 and errno.
extern int pipe2(int ends[2], int flags);

/// Starts a program in a working folder (posix_spawn_file_actions_addchdir_np(3)). 0 or an error's number.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *folder);

/// Closes all descriptors from a number on in the program (posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34). 0 or an error's number.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// Renames by descriptors; with RENAME_NOREPLACE never over something (renameat2(2)). 0, or -1 and errno.
extern int renameat2(int old_folder, const char *old_name, int new_folder, const char *new_name, unsigned int flags);

static const unsigned int rename_noreplace = 1; // RENAME_NOREPLACE of <linux/fs.h>

/// Opens a path below a folder: no link on the way is followed, and nothing leads out of the folder (openat2(2)).
/// A descriptor, or -1 and errno; ENOSYS before Linux 5.6.
static inline int open_beneath(int folder, const char *path, int flags, unsigned int mode) {
    struct open_how how = {
        .flags = (unsigned int)flags,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

/// Whether something sets the clock by others (adjtimex(2)): 1, 0, or -1 where the kernel does not say.
static inline int is_clock_synchronized(void) {
    struct timex state = {.modes = 0};
    if (adjtimex(&state) < 0) return -1;
    return (state.status & STA_UNSYNC) == 0;
}

#endif
