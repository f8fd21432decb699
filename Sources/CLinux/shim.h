// What the C library has and Swift's import of it hides, because it is only declared with _GNU_SOURCE.
#ifndef ROTATION_JOB_CLINUX_SHIM_H
#define ROTATION_JOB_CLINUX_SHIM_H

#include <spawn.h>

/// Makes everything durable that was written to the file system of an open file (syncfs(2)). 0, or -1 and errno.
extern int syncfs(int descriptor);

/// A pipe with open(2)'s flags on both ends (pipe2(2)). 0, or -1 and errno.
extern int pipe2(int ends[2], int flags);

/// Starts a program in a working folder (posix_spawn_file_actions_addchdir_np(3)). 0 or an error's number.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *folder);

#endif
