package codec

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	noise := make([]byte, 4000)
	for i := range noise {
		noise[i] = byte(rand.IntN(256))
	}
	var room []byte
	for name, c := range map[string]struct {
		records []byte
		shorter bool
	}{
		"nothing":      {nil, false},
		"a few":        {[]byte("few"), false},
		"noise":        {noise, false},
		"alike":        {[]byte(strings.Repeat("宝宝，3号链接现在还有32件哦", 100)), true},
		"a long block": {[]byte(strings.Repeat("宝宝，3号链接现在还有32件哦", 50_000)), true},
	} {
		var out []byte
		out, room = Pack(room, c.records)
		if shorter := len(out) < len(c.records); shorter != c.shorter {
			t.Errorf("%s: %d bytes are packed into %d", name, len(c.records), len(out))
		}
		if got, err := Unpack(out); err != nil || !bytes.Equal(got, c.records) {
			t.Errorf("%s: Unpack = %d bytes, %v, want %d", name, len(got), err, len(c.records))
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	whole, _ := Pack(nil, bytes.Repeat([]byte("alike "), 1000))
	for name, b := range map[string][]byte{
		"the mark alone": packMark, "another format": append(bytes.Clone(packMark), 2, 3, 4), "cut": whole[:len(whole)-1],
		"of four gigabytes": append(bytes.Clone(packMark), packed, 0xff, 0xff, 0xff, 0xff, 0x0f), "no length": append(bytes.Clone(packMark), packed),
	} {
		if _, err := Unpack(b); !errors.Is(err, ErrPacked) {
			t.Errorf("%s: Unpack = %v, want ErrPacked", name, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	whole, _ := Pack(nil, bytes.Repeat([]byte("alike "), 1000))
	f.Add(whole)
	f.Add([]byte("plain"))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := Unpack(b)
		if err != nil {
			return
		}
		out, _ := Pack(nil, records)
		if again, err := Unpack(out); err != nil || !bytes.Equal(again, records) && !bytes.HasPrefix(records, packMark) {
			t.Fatalf("packed again: %d bytes, %v, want %d", len(again), err, len(records))
		}
	})
}

func BenchmarkPack(b *testing.B) {
	records := []byte(strings.Repeat("宝宝，3号链接现在还有32件哦", 1000))
	var room []byte
	b.SetBytes(int64(len(records)))
	b.ReportAllocs()
	for b.Loop() {
		_, room = Pack(room, records)
	}
}
