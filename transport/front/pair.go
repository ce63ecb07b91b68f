package front

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// pair returns the two ends of a pair of sockets: what is written to one is read from the other.
func pair() (ours, theirs *net.UnixConn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	if ours, err = connOf(fds[0]); err != nil {
		unix.Close(fds[1])
		return nil, nil, err
	}
	if theirs, err = connOf(fds[1]); err != nil {
		ours.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

// connOf makes a connection of a descriptor, which it takes over.
func connOf(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "front")
	defer f.Close() // the connection has its own
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("use a pair of sockets: %w", err)
	}
	return conn.(*net.UnixConn), nil
}
