package transport_test

import (
	"net/netip"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/transport"
)

// TestDoorsTellOfRefusedConnections takes the process its descriptors away while somebody connects.
func TestDoorsTellOfRefusedConnections(t *testing.T) {
	s := serve(t, transport.Config{})
	if d := s.Doors(); len(d.Deaf) != 0 || d.Refused != 0 || !d.Last.IsZero() || d.Max == 0 {
		t.Fatalf("the doors of a new server are %+v", d)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddrPort(s.TCPAddr().String())
	connected := unix.Connect(fd, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()})
	end := time.Now().Add(patience)
	for s.Doors().Refused == 0 && time.Now().Before(end) {
		runtime.Gosched()
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if connected != nil {
		t.Fatal(connected)
	}
	if d := s.Doors(); d.Refused == 0 || d.Why == "" || time.Since(d.Last) > time.Minute || len(d.Deaf) != 0 {
		t.Errorf("without descriptors the doors are %+v", d)
	}
}

func TestDoorsTellWhereNobodyAccepts(t *testing.T) {
	s := serve(t, transport.Config{})
	if err := s.Refuse(); err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(patience)
	for len(s.Doors().Deaf) != 2 && time.Now().Before(end) {
		runtime.Gosched()
	}
	if d := s.Doors(); len(d.Deaf) != 2 || d.Deaf[0] != "tcp" || d.Deaf[1] != "ws" {
		t.Errorf("once refused the doors are %+v", d)
	}
}
