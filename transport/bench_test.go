package transport_test

import (
	"bytes"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// BenchmarkComment is a comment from a link to the Handler and an ack back, so many comments at a time.
func BenchmarkComment(b *testing.B) {
	for _, batch := range []int{1, 16, 256} {
		b.Run(map[int]string{1: "one", 16: "16together", 256: "256together"}[batch], func(b *testing.B) {
			s := serve(b, transport.Config{Ingest: transport.Allowance{Rate: 1e12, Burst: 1 << 40}})
			ack := wire.AppendAck(nil, "1")
			s.engine.reactWith(func(l *live.Link, _ *live.Event) *live.Fault {
				s.Send(l.Session, ack)
				return nil
			})
			c := connect(b, netip.MustParseAddrPort(s.TCPAddr().String()))
			b.Cleanup(func() { unix.Close(int(c)) })
			hello := wire.AppendFrame(nil, wire.AppendHello(nil, &wire.Hello{Role: live.Ingest, Token: "s//"}))
			answer := make([]byte, 1<<16)
			if _, err := c.Write(hello); err != nil {
				b.Fatal(err)
			}
			if _, err := c.Read(answer); err != nil {
				b.Fatal(err)
			}
			out := bytes.Repeat(wire.AppendFrame(nil, []byte(comment("1"))), batch)
			want := batch * (len(ack) + wire.HeaderLen)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Write(out); err != nil {
					b.Fatal(err)
				}
				for got := 0; got < want; {
					n, err := c.Read(answer)
					if err != nil {
						b.Fatal(err)
					}
					got += n
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/comment")
		})
	}
}

// BenchmarkSend is a frame handed to the outbox of a link that reads.
func BenchmarkSend(b *testing.B) {
	s := serve(b, transport.Config{Ingest: transport.Allowance{Outbox: 1 << 30}})
	c, l := s.hello(b, live.Ingest, "s//")
	go func() {
		buf := make([]byte, 1<<20)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
		}
	}()
	frame := wire.AppendAck(nil, "12345678")
	b.ReportAllocs()
	for b.Loop() {
		s.Send(l.Session, frame)
	}
}
