package transport_test

import (
	"testing"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// sent returns how many frames were measured from the outbox to their write, and the seconds they took together.
func (r *running) sent(t *testing.T) (n uint64, seconds float64) {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "liveroom_transport_send_seconds" {
			h := f.GetMetric()[0].GetHistogram()
			return h.GetSampleCount(), h.GetSampleSum()
		}
	}
	t.Fatal("there is no liveroom_transport_send_seconds")
	return 0, 0
}

// TestSomeFramesAreTimedToTheirWrite sends thousands, one after the other and in bursts.
func TestSomeFramesAreTimedToTheirWrite(t *testing.T) {
	s := serve(t, transport.Config{Loops: 1, Ingest: transport.Allowance{Outbox: 1 << 20}})
	c, l := s.hello(t, live.Ingest, "s//")
	frame := wire.AppendAck(nil, "1")
	one := len(frame) + wire.HeaderLen
	got := make([]byte, 256*one)
	read := func(frames int) {
		t.Helper()
		for n := 0; n < frames*one; {
			m, err := c.Read(got[:min(len(got), frames*one-n)])
			if err != nil {
				t.Fatal(err)
			}
			n += m
		}
	}
	const singles, bursts, burst = 640, 10, 256
	for range singles {
		s.Send(l.Session, frame)
		read(1)
	}
	frames := make([][]byte, burst)
	for i := range frames {
		frames[i] = frame
	}
	for range bursts {
		s.SendAll(l.Session, frames)
		read(burst)
	}
	s.Send(l.Session, frame) // the loop has seen to everything before it
	read(1)
	n, seconds := s.sent(t)
	if want := uint64(singles+bursts*burst) / 64; n < want-1 || n > want+1 {
		t.Errorf("%d frames were timed, want every 64th of %d", n, singles+bursts*burst)
	}
	if seconds <= 0 || seconds > 60*float64(n) {
		t.Errorf("%d frames took %v s", n, seconds)
	}
}
