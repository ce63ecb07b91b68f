package console

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A view that panics is told to its watcher as one that cannot be made, logged once, and shown again when it can be.
func TestAViewThatPanicsLeavesTheNodeAlone(t *testing.T) {
	logged := new(bytes.Buffer)
	h := newHub(time.Hour, func() {}, slog.New(slog.NewTextHandler(logged, nil)))
	broken := true
	v := &view{key: "overview", sample: func(time.Time) (any, error) {
		var none []int
		if broken {
			return none[3], nil
		}
		return map[string]int{"n": 1}, nil
	}}
	for range 3 {
		h.sampleOne(time.Now(), v, nil)
	}
	if v.failed == "" || v.last != nil || strings.Count(logged.String(), "panicked") != 1 || !strings.Contains(logged.String(), "index out of range") {
		t.Errorf("failed %q, last %v, logged %q; want it failed, nothing kept, logged once", v.failed, v.last, logged)
	}
	broken = false
	h.sampleOne(time.Now(), v, nil)
	if v.failed != "" || v.last == nil {
		t.Errorf("afterwards: failed %q, last %v", v.failed, v.last)
	}
}
