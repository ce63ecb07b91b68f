package machine

import "testing"

func TestTicks(t *testing.T) {
	before := parseTicks("cpu  100 10 50 1000 40 5 15 20 7 0")
	if want := (Ticks{Busy: 180, Idle: 1040, Stolen: 20}); before != want {
		t.Errorf("ticks are %+v, want %+v", before, want)
	}
	after := before
	after.Busy, after.Idle, after.Stolen = before.Busy+70, before.Idle+20, before.Stolen+10
	if busy, stolen := after.Since(before); busy != 0.7 || stolen != 0.1 {
		t.Errorf("shares are %v busy and %v stolen, want 0.7 and 0.1", busy, stolen)
	}
	if busy, stolen := before.Since(before); busy != 0 || stolen != 0 {
		t.Errorf("of no time %v is busy and %v stolen", busy, stolen)
	}
	for _, line := range []string{"", "cpu", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7", "cpu 1 2 3 4 5 6 7 x", "cpu 1 2 3 4 5 6 7 -8"} {
		if got := parseTicks(line); got != (Ticks{}) {
			t.Errorf("%q is read as %+v", line, got)
		}
	}
	if here := CPUTicks(); here.Busy == 0 {
		t.Errorf("this machine's are %+v", here)
	}
}
