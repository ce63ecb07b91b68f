package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
)

func TestHeatOutlastsARestart(t *testing.T) {
	dir := t.TempDir()
	var first console.Heat
	for run := range 3 {
		n := startNode(t, dir, nil)
		c := n.ingest(t)
		if run == 0 {
			c.send(stockIs(37))
		}
		c.send(told("message", fmt.Sprint("m", run), "3号链接还剩多少件"))
		c.next("reply")
		want := uint64(run + 1)
		h := look[console.Heat](t, n, "/v1/heat")
		if run == 0 {
			first = h
		}
		if len(h.Rows) != 1 || h.Asked != want || h.Rows[0].Answered != want || h.Since != first.Since || h.Rows[0].Product != first.Rows[0].Product {
			t.Errorf("in run %d it is %+v, after %+v in the first", run, h, first)
		}
		if err := n.stop(); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(filepath.Join(dir, "heat.json"))
	if err != nil || strings.Contains(string(file), "u-m0") || strings.Contains(string(file), "还剩") {
		t.Errorf("the file is %s, %v; want intents, products and counts alone", file, err)
	}
}

// TestANodeStartsWhateverItsHeatFileIs has a file torn, and one that can neither be read nor put aside nor replaced.
func TestANodeStartsWhateverItsHeatFileIs(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"torn": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "heat.json"), []byte(`{"crc32c":7,"heat":{"version":1,"since":1,"lo`), 0o600)
		},
		"in the way": func(dir string) error {
			for _, name := range []string{"heat.json", "damaged-heat.json"} {
				if err := os.MkdirAll(filepath.Join(dir, name, "x"), 0o700); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := damage(dir); err != nil {
				t.Fatal(err)
			}
			n := startNode(t, dir, nil)
			c := n.ingest(t)
			c.send(told("message", "m1", "包邮吗"))
			c.next("reply")
			if h := look[console.Heat](t, n, "/v1/heat"); h.Asked != 1 {
				t.Errorf("it counts %+v, want the one question since", h)
			}
			if err := n.stop(); err != nil {
				t.Errorf("stop: %v", err)
			}
		})
	}
}
