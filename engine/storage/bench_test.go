package storage

import (
	"bytes"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// told is a closed record of the size a real one has: a frame of 420 bytes, a state of 100.
func told(k live.UserKey, id string) live.Record {
	r := closed(k, id)
	r.Frame, r.State = realFrame, realState
	return r
}

var realFrame, realState = bytes.Repeat([]byte("x"), 420), bytes.Repeat([]byte("s"), 100)

// BenchmarkCommit is the whole way of a message into the database: its accepted record and its closed record (about 650
// bytes together), submitted as two entries. A burst of messages is submitted, then waited for: 50 is what comes in 5 ms at
// 10,000 messages/s, 2,000 is saturation. µs-cpu/message counts all threads, the making of the records included.
func BenchmarkCommit(b *testing.B) {
	for _, burst := range []int{50, 100, 500, 2000} {
		b.Run("burst="+strconv.Itoa(burst), func(b *testing.B) {
			s, _ := start(b, Config{CommitEvery: time.Millisecond, CommitAt: 2048}, nil)
			var wait sync.WaitGroup
			done := func(_ uint64, err error) {
				if err != nil {
					b.Error(err)
				}
				wait.Done()
			}
			send := func(r live.Record) {
				wait.Add(1)
				s.Submit(live.Entry{Records: []live.Record{r}, Done: done})
			}
			var keys [1000]live.UserKey
			for i := range keys {
				keys[i] = user(i)
			}
			b.ReportAllocs()
			before := cpuMicros(b)
			n := 0
			for b.Loop() {
				k, id := keys[n%len(keys)], strconv.Itoa(n)
				send(accepted(k, id))
				send(told(k, id))
				if n++; n%20 == 0 { // as actors do, so that tails stay short
					send(snapshot(keys[n/20%len(keys)], "state"))
				}
				if n%burst == 0 {
					wait.Wait()
				}
			}
			wait.Wait()
			b.ReportMetric(float64(cpuMicros(b)-before)/float64(n), "µs-cpu/message")
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// cpuMicros returns the CPU time of the process in µs.
func cpuMicros(b *testing.B) int64 {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return (usage.Utime.Nano() + usage.Stime.Nano()) / 1000
}

func BenchmarkEncode(b *testing.B) {
	a, c := accepted(user(1), "e1"), told(user(1), "e1")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = codec.Append(codec.Append(buf[:0], &a), &c)
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkLoad(b *testing.B) {
	s, _ := start(b, Config{}, nil)
	for i := range 200 {
		must(b, s, accepted(user(i%10), strconv.Itoa(i)), closed(user(i%10), strconv.Itoa(i)))
	}
	b.ReportAllocs()
	for b.Loop() {
		load(b, s, user(3))
	}
}
