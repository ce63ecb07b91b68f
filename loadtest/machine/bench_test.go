package machine_test

import (
	"testing"
	"time"

	"liveroom/loadtest/machine"
)

// BenchmarkEcho is the calibration of roomload's reports as a benchmark, so that the others have it beside them: what an echo
// over loopback costs on this machine at this hour. It has no ns/op of its own; an operation is 0.1 s of echoes.
func BenchmarkEcho(b *testing.B) {
	var cpu, p50, p99, runs float64
	for b.Loop() {
		c, err := machine.Calibrate(b.Context(), 100*time.Millisecond)
		if err != nil {
			b.Fatal(err)
		}
		cpu, p50, p99, runs = cpu+c.CPUUs, p50+c.P50Us, p99+c.P99Us, runs+1
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(cpu/runs*1000, "cpu-ns/echo")
	b.ReportMetric(p50/runs*1000, "p50-ns/echo")
	b.ReportMetric(p99/runs*1000, "p99-ns/echo")
}
