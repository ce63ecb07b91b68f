package onnx

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
// By default the first large block that is freed raises the size up to which freed memory is kept for later.
static void liveroom_lean(void) { mallopt(M_MMAP_THRESHOLD, 256 * 1024); }
static void liveroom_trim(void) { malloc_trim(0); }
#else
static void liveroom_lean(void) {}
static void liveroom_trim(void) {}
#endif
*/
import "C"

// lean makes the C library give large blocks back to the system once they are freed. Loading a model folds its lookup
// tables in blocks of megabytes that nothing needs afterwards; running one allocates from the runtime's arena.
func lean() { C.liveroom_lean() }

// trim gives back what loading left free between the smaller blocks.
func trim() { C.liveroom_trim() }
