package main

import "testing"

func TestHeapHeadroom(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 100},
		{16 << 20, 100},
		{24 << 20, 100},
		{30 << 20, 80},
		{48 << 20, 50},
		{60 << 20, 40},
		{80 << 20, 30},
		{96 << 20, 25},
		{1 << 30, 25},
		{1 << 62, 25},
	} {
		if got := percentFor(c.live); got != c.want {
			t.Errorf("percentFor(%d MiB) = %d, want %d", c.live>>20, got, c.want)
		}
	}
}
