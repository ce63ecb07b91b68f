package storage

import (
	"math"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// space is the room on the disk of the store's folder, as it was a second ago: a disk that hangs holds no scrape up.
type space struct {
	free, all atomic.Int64 // bytes, free to who is not root, and in all; -1 when the file system does not say
}

// look asks the file system.
func (s *space) look(dir string) {
	free, all := int64(-1), int64(-1)
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) == nil {
		free, all = int64(st.Bavail)*int64(st.Bsize), int64(st.Blocks)*int64(st.Bsize)
	}
	s.free.Store(free)
	s.all.Store(all)
}

// figure is bytes as a metric: what is not known is no number, and no alert takes it for a full disk.
func figure(bytes *atomic.Int64) func() float64 {
	return func() float64 {
		if n := bytes.Load(); n >= 0 {
			return float64(n)
		}
		return math.NaN()
	}
}
