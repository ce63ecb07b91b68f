package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// forbidDumps keeps what people wrote, and the keys it is sealed under, out of core files and away from debuggers of the
// same user.
func forbidDumps() error {
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}
