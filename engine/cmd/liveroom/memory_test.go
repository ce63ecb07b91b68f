package main

import "testing"

func TestHeapHeadroom(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 100},
		{8 << 20, 100},
		{24 << 20, 100},
		{32 << 20, 75},
		{60 << 20, 40},
		{80 << 20, 30},
		{1 << 30, 25},
		{1 << 62, 25},
	} {
		if got := percentFor(c.live); got != c.want {
			t.Errorf("percentFor(%d MiB) = %d, want %d", c.live>>20, got, c.want)
		}
	}
}
