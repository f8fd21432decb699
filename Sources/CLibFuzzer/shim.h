// libFuzzer's entry for programs that have a main of their own (LLVM's FuzzerInterface.h does not declare it).
#ifndef ROTATION_JOB_CLIBFUZZER_SHIM_H
#define ROTATION_JOB_CLIBFUZZER_SHIM_H

#include <stddef.h>
#include <stdint.h>

/// Fuzzes `callback` as the arguments say. It returns when the given number of runs or the time is over.
extern int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
