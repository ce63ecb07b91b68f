package onnx

/*
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
// By default the first large block that is freed raises the size up to which freed memory is kept for later.
static void liveroom_lean(void) { mallopt(M_MMAP_THRESHOLD, 256 * 1024); }
static void liveroom_trim(void) { malloc_trim(0); }
#else
static void liveroom_lean(void) {}
static void liveroom_trim(void) {}
#endif

// Code is never written to, so the kernel has its pages in the file and brings back at once what is run again.
static int liveroom_drop(struct dl_phdr_info *info, size_t size, void *unused) {
	if (!strstr(info->dlpi_name, "libonnxruntime")) return 0;
	uintptr_t page = sysconf(_SC_PAGESIZE);
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X) || (p->p_flags & PF_W)) continue;
		uintptr_t from = info->dlpi_addr + p->p_vaddr, to = from + p->p_memsz;
		from = (from + page - 1) & ~(page - 1);
		madvise((void *)from, (to & ~(page - 1)) - from, MADV_DONTNEED);
	}
	return 0;
}
static void liveroom_forget(void) { dl_iterate_phdr(liveroom_drop, NULL); }
*/
import "C"

// lean makes the C library give large blocks back to the system once they are freed. Loading a model folds its lookup
// tables in blocks of megabytes that nothing needs afterwards; running one allocates from the runtime's arena.
func lean() { C.liveroom_lean() }

// trim gives back what loading left free between the smaller blocks, and the pages of the runtime's code that only
// loading ran: a half of it.
func trim() {
	C.liveroom_trim()
	C.liveroom_forget()
}
