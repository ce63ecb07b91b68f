package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

func TestFrameRoundTrip(t *testing.T) {
	for _, n := range []int{1, 2, 255, 256, wire.MaxPayload} {
		payload := bytes.Repeat([]byte{'x'}, n)
		frame := wire.AppendFrame([]byte("before"), payload)[len("before"):]
		got, fault := wire.FrameLen(frame)
		if fault != nil || got != n {
			t.Fatalf("FrameLen of a frame of %d = %d, %v", n, got, fault)
		}
		if !bytes.Equal(frame[wire.HeaderLen:], payload) {
			t.Fatalf("payload of %d came back changed", n)
		}
	}
}

func TestFrameLenRefuses(t *testing.T) {
	for _, c := range []struct {
		header string
		code   live.Code
		hint   string
	}{
		{"", live.BadFrame, "ends inside"},
		{"\x00\x00\x00", live.BadFrame, "ends inside"},
		{"\x00\x00\x00\x00", live.BadFrame, "empty"},
		{"\x00\x01\x00\x01", live.TooLarge, "65537"},
		{"\xff\xff\xff\xff", live.TooLarge, "4294967295"},
		{"\x05\x00\x00\x00", live.TooLarge, "big-endian"},
		{"GET ", live.BadFrame, "/v1/link"},
		{"POST", live.BadFrame, "HTTP"},
		{"PRI ", live.BadFrame, "HTTP"},
		{"\x16\x03\x01\x02", live.BadFrame, "TLS"},
		{`{"ty`, live.BadFrame, "without its length"},
		{`[{"t`, live.BadFrame, "without its length"},
	} {
		n, fault := wire.FrameLen([]byte(c.header))
		if fault == nil || fault.Code != c.code || !strings.Contains(fault.Hint, c.hint) || n != 0 {
			t.Errorf("FrameLen(%q) = %d, %v; want %s with %q", c.header, n, fault, c.code, c.hint)
		}
	}
}

func FuzzFrameLen(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1"))
	f.Add([]byte{0, 0, 0, 5, 1, 2, 3})
	f.Fuzz(func(t *testing.T, header []byte) {
		n, fault := wire.FrameLen(header)
		if (fault == nil) != (n >= 1 && n <= wire.MaxPayload) {
			t.Fatalf("FrameLen(%x) = %d, %v", header, n, fault)
		}
		if fault != nil && fault.Hint == "" {
			t.Fatalf("FrameLen(%x) refuses without a hint", header)
		}
	})
}
