package engine

import (
	"os"

	"golang.org/x/sys/unix"
)

// descriptors returns how many files and sockets the process has open, and how many it may; 0 for what is not known.
func descriptors() (open, most int) {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil {
		most = int(min(limit.Cur, 1<<31-1))
	}
	const folder = "/proc/self/fd"
	if st, err := os.Stat(folder); err == nil && st.Size() > 0 {
		return int(st.Size()), most // Linux 6.2 and later count them there
	}
	f, err := os.Open(folder)
	if err != nil {
		return 0, most
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return 0, most
	}
	return len(names) - 1, most // without the one that reads the folder
}
