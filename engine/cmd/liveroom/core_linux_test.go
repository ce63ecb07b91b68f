package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestDumpsAreForbidden(t *testing.T) {
	if err := forbidDumps(); err != nil {
		t.Fatal(err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || dumpable != 0 {
		t.Errorf("the process is dumpable: %d, %v", dumpable, err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
		t.Errorf("core files may have %d bytes, at most %d (%v); want 0", limit.Cur, limit.Max, err)
	}
}
