package main

import "testing"

func TestHeapHeadroom(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 100},
		{8 << 20, 100},
		{16 << 20, 100},
		{27 << 20, 55},
		{64 << 20, 25},
		{80 << 20, 20},
		{1 << 30, 20},
		{1 << 62, 20},
	} {
		if got := percentFor(c.live); got != c.want {
			t.Errorf("percentFor(%d MiB) = %d, want %d", c.live>>20, got, c.want)
		}
	}
}
