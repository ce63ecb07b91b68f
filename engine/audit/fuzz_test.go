package audit

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func FuzzDecodeBody(f *testing.F) {
	r := Record{Seq: 7, At: 1_790_000_000_000, Of: 6, Result: Done, Who: "李", Act: "room.mode", On: "room demo", From: "::1", Detail: "paused"}
	f.Add(r.appendBody(nil))
	f.Add((&Record{Result: Noted}).appendBody(nil))
	f.Add([]byte{bodyVersion})
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeBody(body)
		if err != nil {
			return
		}
		if again := r.appendBody(nil); !bytes.Equal(again, body) {
			t.Errorf("%x reads as %+v, which is written %x", body, r, again)
		}
		same := r
		if same.tidy(); same != r {
			t.Errorf("%+v was read and is not tidy", r)
		}
	})
}

// FuzzScan reads files of any bytes: the pieces are the file, and what is intact can be written.
func FuzzScan(f *testing.F) {
	r := Record{Seq: 1, Result: Noted, Who: "a", Act: "b"}
	one, h := appendFrame(nil, &r)
	r.Seq, r.Prev = 2, h
	two, _ := appendFrame(bytes.Clone(one), &r)
	f.Add(two)
	f.Add(append(two[:50:50], two...))
	f.Add(append(bytes.Clone(two), 0, 0, 0, 200, 1))
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, content []byte) {
		at := 0
		for _, p := range scan(content, 0) {
			if p.offset != at || p.size <= 0 || p.torn && p.offset+p.size != len(content) {
				t.Fatalf("piece %+v at %d of %d bytes", p, at, len(content))
			}
			if p.intact {
				if again, h := appendFrame(nil, p.record); h != p.hash || !bytes.Equal(again, content[at:at+p.size]) {
					t.Errorf("record %+v is written otherwise", p.record)
				}
			}
			at += p.size
		}
		if at != len(content) {
			t.Errorf("the pieces are %d of %d bytes", at, len(content))
		}
	})
}

// TestAnyChangeIsFound changes a byte and cuts the end: a changed log is never sound, and a start takes any.
func TestAnyChangeIsFound(t *testing.T) {
	// Not a fuzz target: each try signs and syncs, so that too few fit into the seconds of one.
	random := rand.New(rand.NewPCG(1, 2))
	try := func(at, flip, cut int) {
		r := newRig(t, nil)
		r.do("a", "b")
		r.head()
		r.Close()
		changed := false
		r.edit(fileName(1), func(b []byte) []byte {
			was := bytes.Clone(b)
			b[at%len(b)] ^= byte(flip)
			b = b[:len(b)-cut%len(b)]
			changed = !bytes.Equal(was, b)
			return b
		})
		report, err := Verify(Check{Dir: r.cfg.Dir, Heads: r.cfg.HeadsFile})
		if err != nil || changed != (len(report.Faults) > 0) {
			t.Errorf("changed %v at %d by %d, cut %d: %v, %v", changed, at, flip, cut, report.Faults, err)
		}
		r.reopen()
		r.do("c")
	}
	for _, c := range [][3]int{{70, 1, 0}, {3, 255, 5}, {200, 0, 40}, {0, 0, 0}} {
		try(c[0], c[1], c[2])
	}
	for range 100 {
		cut := 0
		if random.IntN(2) == 0 {
			cut = random.IntN(1 << 16)
		}
		try(random.IntN(1<<16), random.IntN(256), cut)
	}
}
