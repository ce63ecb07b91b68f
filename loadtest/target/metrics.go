package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ErrMetrics is wrapped when a server's metrics cannot be read.
var ErrMetrics = errors.New("metrics cannot be read")

// Metrics are what a server publishes at one instant.
type Metrics struct {
	values   map[string]float64 // by series, as it stands in the text: name or name{labels}
	counters map[string]bool    // names of counters
}

const scrapeTime = 5 * time.Second

// Scrape reads the metrics of the server whose admin address is given, with a token when it is not "".
func Scrape(ctx context.Context, admin, token string) (Metrics, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(admin, "/")+"/metrics", nil)
	if err != nil {
		return Metrics{}, fmt.Errorf("%w: %w", ErrMetrics, err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return Metrics{}, fmt.Errorf("%w: %w", ErrMetrics, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Metrics{}, fmt.Errorf("%w: %s answers %s", ErrMetrics, req.URL, resp.Status)
	}
	return parse(resp.Body)
}

// parse reads the text format of Prometheus as far as sums need it: names, labels as they stand, values.
func parse(r io.Reader) (Metrics, error) {
	m := Metrics{values: map[string]float64{}, counters: map[string]bool{}}
	rows := bufio.NewScanner(r)
	rows.Buffer(nil, 1<<20)
	for rows.Scan() {
		row := rows.Text()
		if kind, ok := strings.CutPrefix(row, "# TYPE "); ok {
			if name, ok := strings.CutSuffix(kind, " counter"); ok {
				m.counters[name] = true
			}
			continue
		}
		if row == "" || row[0] == '#' {
			continue
		}
		end := strings.LastIndexByte(row, '}') + 1
		if end == 0 {
			end = strings.IndexByte(row, ' ')
		}
		if end <= 0 {
			continue
		}
		value, _, _ := strings.Cut(strings.TrimSpace(row[end:]), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			m.values[row[:end]] = v
		}
	}
	if err := rows.Err(); err != nil {
		return Metrics{}, fmt.Errorf("%w: %w", ErrMetrics, err)
	}
	return m, nil
}

// CPU returns the CPU time the process has used.
func (m Metrics) CPU() time.Duration {
	return time.Duration(m.values["process_cpu_seconds_total"] * float64(time.Second))
}

// RSS returns the memory the process holds, in MB.
func (m Metrics) RSS() float64 { return m.values["process_resident_memory_bytes"] / (1 << 20) }

// Moved returns by how much each counter of liveroom's own grew since before.
func (m Metrics) Moved(before Metrics) map[string]float64 {
	moved := map[string]float64{}
	for series, v := range m.values {
		name, _, _ := strings.Cut(series, "{")
		if m.counters[name] && strings.HasPrefix(name, "liveroom_") && v > before.values[series] {
			moved[series] = v - before.values[series]
		}
	}
	return moved
}

// Decided adds up moved counters of texts by their label decided_by; nil when there are none.
func Decided(moved map[string]float64) map[string]float64 {
	var by map[string]float64
	for series, v := range moved {
		if !strings.HasPrefix(series, "liveroom_nlp_") {
			continue
		}
		_, rest, found := strings.Cut(series, `decided_by="`)
		stage, _, closed := strings.Cut(rest, `"`)
		if !found || !closed {
			continue
		}
		if by == nil {
			by = map[string]float64{}
		}
		by[stage] += v
	}
	return by
}
