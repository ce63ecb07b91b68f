package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/loadtest/report"
)

const echoSize = 64

// Calibrate sends a 64-byte message there and back over a loopback TCP connection for as long as told and returns what that
// cost. It is the yardstick of reports: two system calls a side, one wake-up each, which is what a server of small
// frames mostly pays for.
func Calibrate(ctx context.Context, length time.Duration) (c report.Calibration, err error) {
	near, far, err := pair(ctx)
	if err != nil {
		return report.Calibration{}, fmt.Errorf("calibrate: %w", err)
	}
	echoed := make(chan error, 1)
	go func() { // ends when near is closed
		_, err := io.CopyBuffer(struct{ io.Writer }{far}, struct{ io.Reader }{far}, make([]byte, echoSize))
		echoed <- errors.Join(err, far.Close())
	}()
	defer func() { err = errors.Join(err, near.Close(), <-echoed) }()
	times := hdrhistogram.New(1, int64(time.Minute), 3)
	buf := make([]byte, echoSize)
	cpu, start := OwnCPU(), time.Now()
	for before := start; time.Since(start) < length && ctx.Err() == nil; {
		if _, err := near.Write(buf); err != nil {
			return report.Calibration{}, fmt.Errorf("calibrate: %w", err)
		}
		if _, err := io.ReadFull(near, buf); err != nil {
			return report.Calibration{}, fmt.Errorf("calibrate: %w", err)
		}
		now := time.Now()
		if err := times.RecordValue(int64(now.Sub(before))); err != nil {
			return report.Calibration{}, fmt.Errorf("calibrate: %w", err)
		}
		before = now
	}
	spent := OwnCPU() - cpu
	c = report.Calibration{
		Echoes: times.TotalCount(),
		P50Us:  float64(times.ValueAtQuantile(50)) / 1000,
		P99Us:  float64(times.ValueAtQuantile(99)) / 1000,
	}
	if c.Echoes > 0 {
		c.CPUUs = float64(spent.Microseconds()) / float64(c.Echoes)
	}
	return c, nil
}

// pair returns both ends of a loopback connection.
func pair(ctx context.Context) (near, far net.Conn, err error) {
	var listen net.ListenConfig
	at, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, at.Close()) }()
	var dial net.Dialer
	if near, err = dial.DialContext(ctx, "tcp", at.Addr().String()); err != nil {
		return nil, nil, err
	}
	if far, err = at.Accept(); err != nil {
		return nil, nil, errors.Join(err, near.Close())
	}
	return near, far, nil
}
