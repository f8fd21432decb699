// What the C library has and Swift's import of it hides, because it is only declared with _GNU_SOURCE.
#ifndef ROTATION_JOB_CLINUX_SHIM_H
#define ROTATION_JOB_CLINUX_SHIM_H

/// Makes everything durable that was written to the file system of an open file (syncfs(2)). 0, or -1 and errno.
extern int syncfs(int descriptor);

#endif
