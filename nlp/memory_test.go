package nlp_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
)

// resident returns how much memory of the process is in RAM, in bytes.
func resident(b *testing.B) float64 {
	b.Helper()
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skipf("memory cannot be read here: %v", err)
	}
	var all, pages float64
	if _, err := fmt.Sscan(string(raw), &all, &pages); err != nil {
		b.Fatal(err)
	}
	return pages * float64(os.Getpagesize())
}

// slope is the rise of y over x by least squares; 0 of fewer than two points.
func slope(x, y []float64) float64 {
	var n, sx, sy, sxx, sxy float64
	for i := range x {
		n, sx, sy, sxx, sxy = n+1, sx+x[i], sy+y[i], sxx+x[i]*x[i], sxy+x[i]*y[i]
	}
	if d := n*sxx - sx*sx; d > 0 {
		return (n*sxy - sx*sy) / d
	}
	return 0
}

// BenchmarkMemory reads texts of every length, without a cache, and reports by how many bytes the process grows with
// each: about 0 once warm. A million are `go test -run=^$ -bench=Memory -benchtime=4000x ./nlp` (256 texts each).
func BenchmarkMemory(b *testing.B) {
	const flood, warm, every = 256, 200, 20
	r := startShipped(b, nil)
	texts := make([]string, 997)
	for i := range texts {
		texts[i] = fmt.Sprintf("%d%s", i, strings.Repeat("这件还有货吗什么时候能发呀", 5)[:3*(1+i%60)])
	}
	var read, memory []float64
	i, n := 0, 0
	for b.Loop() {
		var wait sync.WaitGroup
		wait.Add(flood)
		for range flood {
			i++
			r.Submit(nlp.Query{Text: texts[i%len(texts)]}, func(*live.Reading) { wait.Done() })
		}
		wait.Wait()
		if n++; n > warm && n%every == 0 {
			read, memory = append(read, float64(i)), append(memory, resident(b))
		}
	}
	b.ReportMetric(slope(read, memory), "B/text-growth")
	b.ReportMetric(resident(b)/(1<<20), "MiB-resident")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(i)/1000, "µs/text")
}
