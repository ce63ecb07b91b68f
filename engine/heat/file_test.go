package heat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveroom/engine/live"
)

// noon is when the questions of these tests are asked.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// heatOf returns a keeper on a folder, and what it logs.
func heatOf(dir string) (*Keeper, *bytes.Buffer) {
	log := new(bytes.Buffer)
	return Keep(New(time.UTC), dir, slog.New(slog.NewTextHandler(log, nil))), log
}

// ask is an exchange about a question that was read with confidence, as Ended takes it.
func ask(i live.Intent, product live.ProductID, at time.Time, o live.Outcome) (*live.Reading, live.ProductID, int64, live.Outcome) {
	return &live.Reading{Intent: i}, product, at.UnixMilli(), o
}

// shownBy is what a heat map shows, as text.
func shownBy(h *Map) string {
	return fmt.Sprintf("%+v", h.Top())
}

// someHeat is a file of two questions.
func someHeat(t testing.TB) []byte {
	dir := t.TempDir()
	k, _ := heatOf(dir)
	k.heat.Ended(ask(live.IntentPrice, "cup", noon, live.Replied))
	k.heat.Ended(ask(live.IntentPrice, "cup", noon.Add(time.Hour), live.Shed))
	k.heat.Ended(ask(live.IntentSize, "", noon, live.Quiet))
	k.keep()
	file, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestHeatIsKeptByTheMinuteAndAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	synctest.Test(t, func(t *testing.T) {
		k, log := heatOf(dir)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		<-k.Ready()
		after := func(d time.Duration) bool {
			time.Sleep(d)
			synctest.Wait()
			_, err := os.Stat(path)
			os.Remove(path)
			return err == nil
		}
		if after(10 * keepEvery) {
			t.Error("a file was written of nothing")
		}
		k.heat.Ended(ask(live.IntentPrice, "cup", noon, live.Replied))
		if after(keepEvery / 2) {
			t.Error("a file was written before the minute was over")
		}
		if !after(keepEvery) {
			t.Error("no file was written within the minute")
		}
		if after(10 * keepEvery) {
			t.Error("a file was written again, though nothing was asked")
		}
		k.heat.Ended(ask(live.IntentPrice, "cup", noon, live.Replied))
		stop()
		if err := <-done; err != nil || log.Len() > 0 {
			t.Errorf("it ended with %v and logged %s", err, log)
		}
		again, _ := heatOf(dir)
		if got, want := shownBy(again.heat), shownBy(k.heat); got != want {
			t.Errorf("read back it is %s, want %s", got, want)
		}
	})
}

func TestADamagedHeatFileIsPutAside(t *testing.T) {
	good := someHeat(t)
	as := func(change func(k *kept)) []byte {
		k, err := parse(good)
		if err != nil {
			t.Fatal(err)
		}
		change(&k)
		file, err := k.encode()
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	withSum := func(heat string) []byte {
		return fmt.Appendf(nil, `{"crc32c":%d,"heat":%s}`, crc32.Checksum([]byte(heat), castagnoli), heat)
	}
	cases := map[string][]byte{
		"a digit changed":         bytes.Replace(good, []byte(`"answered":1`), []byte(`"answered":0`), 1),
		"more after it":           append(bytes.Clone(good), good...),
		"zeros":                   make([]byte, 4096),
		"another thing":           []byte(`[1,2,3]`),
		"null":                    []byte(`null`),
		"too large":               append(bytes.Clone(good), bytes.Repeat([]byte(" "), maxBytes)...),
		"an unknown field":        withSum(`{"version":1,"since":1,"lost":0,"rows":[],"who":"u1"}`),
		"too many for a counter":  withSum(`{"version":1,"since":1,"lost":-1,"rows":[]}`),
		"a later version":         as(func(k *kept) { k.Version = 2 }),
		"no time":                 as(func(k *kept) { k.Since = 0 }),
		"23 hours":                as(func(k *kept) { k.Rows[0].Asked = k.Rows[0].Asked[:23] }),
		"25 hours":                as(func(k *kept) { k.Rows[0].Asked = append(k.Rows[0].Asked, 1) }),
		"never asked":             as(func(k *kept) { k.Rows[0].Asked, k.Rows[0].Answered = make([]uint32, 24), 0 }),
		"answered more than that": as(func(k *kept) { k.Rows[0].Answered = 77 }),
		"twice the same":          as(func(k *kept) { k.Rows = append(k.Rows, k.Rows[0]) }),
		"no intent":               as(func(k *kept) { k.Rows[0].Intent = "" }),
		"a product too long":      as(func(k *kept) { k.Rows[0].Product = live.ProductID(strings.Repeat("x", live.MaxID+1)) }),
		"too many questions": as(func(k *kept) {
			for i := range maxRows {
				r := k.Rows[0]
				r.Product = live.ProductID(fmt.Sprint(i))
				k.Rows = append(k.Rows, r)
			}
		}),
	}
	for n := 0; n < len(good)-1; n += 7 { // the last byte is the end of the line
		cases[fmt.Sprintf("torn at %d", n)] = good[:n]
	}
	for name, file := range cases {
		dir := t.TempDir()
		path, aside := filepath.Join(dir, fileName), filepath.Join(dir, asideName)
		for _, f := range []struct {
			path    string
			content []byte
		}{{path, file}, {aside, []byte("of an earlier time")}, {path + ".new-1", []byte("half")}} {
			if err := os.WriteFile(f.path, f.content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		k, log := heatOf(dir)
		if len(k.heat.rows) != 0 || k.heat.lost != 0 || strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), asideName) {
			t.Errorf("%s: it counts %s, and logged %q", name, shownBy(k.heat), log)
		}
		if put, err := os.ReadFile(aside); err != nil || !bytes.Equal(put, file) {
			t.Errorf("%s: aside lie %d bytes, %v; want the %d of the file", name, len(put), err, len(file))
		}
		k.heat.Ended(ask(live.IntentPrice, "cup", noon, live.Replied))
		k.keep()
		again, log := heatOf(dir)
		if got, want := shownBy(again.heat), shownBy(k.heat); got != want || log.Len() > 0 {
			t.Errorf("%s: counted anew and read back it is %s, want %s; %s", name, got, want, log)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
			t.Errorf("%s: %v lie there, %v; want the file and the one put aside", name, left, err)
		}
	}
}

// TestAHeatFileOfAnotherTaxonomyKeepsItsCounts reads a question whose intent there is no more.
func TestAHeatFileOfAnotherTaxonomyKeepsItsCounts(t *testing.T) {
	k, err := parse(someHeat(t))
	if err != nil {
		t.Fatal(err)
	}
	k.Lost = 5
	for i := range k.Rows {
		if k.Rows[i].Intent == live.IntentPrice.String() {
			k.Rows[i].Intent = "price_of_old"
		}
	}
	h := New(time.UTC)
	h.take(k)
	if top := h.Top(); len(top.Rows) != 1 || top.Rows[0].Intent != live.IntentSize || top.Lost != 5+2 {
		t.Errorf("it counts %+v, want the question of size, and 7 that are not kept apart", top)
	}
}

// TestHeatWaitsForAFolderThatTakesIt cannot write for a while, says so once, and loses nothing.
func TestHeatWaitsForAFolderThatTakesIt(t *testing.T) {
	for name, closed := range map[string]func(t *testing.T, dir string) (opened func() error){
		"read-only": func(t *testing.T, dir string) func() error {
			if os.Geteuid() == 0 {
				t.Skip("root writes everywhere")
			}
			if err := os.Chmod(dir, 0o500); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Chmod(dir, 0o700) }
		},
		"something in the way": func(t *testing.T, dir string) func() error {
			if err := os.MkdirAll(filepath.Join(dir, fileName, "x"), 0o700); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.RemoveAll(filepath.Join(dir, fileName)) }
		},
		"no folder": func(t *testing.T, dir string) func() error {
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Remove(dir) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			k, log := heatOf(dir)
			opened := closed(t, dir)
			for range 3 {
				k.heat.Ended(ask(live.IntentPrice, "cup", noon, live.Replied))
				k.keep()
			}
			if s := log.String(); strings.Count(s, "level=WARN") != 1 || !strings.Contains(s, fileName) {
				t.Errorf("it logged %q, want one warning that names the file", s)
			}
			if err := opened(); err != nil {
				t.Fatal(err)
			}
			k.keep() // nothing was asked since, and nothing of before is kept yet
			if s := log.String(); !strings.Contains(s, "kept again") {
				t.Errorf("it logged %q, want that it is kept again", s)
			}
			again, _ := heatOf(dir)
			if got, want := shownBy(again.heat), shownBy(k.heat); got != want || !strings.Contains(got, "Asked:3") {
				t.Errorf("read back it is %s, want %s", got, want)
			}
		})
	}
}

// TestTheLargestHeatFileIsRead fills every row with the longest there is.
func TestTheLargestHeatFileIsRead(t *testing.T) {
	dir := t.TempDir()
	k, _ := heatOf(dir)
	for i := range maxRows {
		row := &hours{answered: 1<<32 - 1}
		for hour := range row.asked {
			row.asked[hour] = 1<<32 - 1
		}
		product := fmt.Sprintf("%06d", i) + strings.Repeat("<", live.MaxID-6) // six bytes each, as JSON has them
		k.heat.rows[asking{live.IntentPrice, live.ProductID(product)}] = row
	}
	k.heat.Ended(ask(live.IntentPrice, "one too many", noon, live.Replied))
	k.keep()
	again, log := heatOf(dir)
	if got, want := shownBy(again.heat), shownBy(k.heat); got != want || len(again.heat.rows) != maxRows || again.heat.lost != 1 {
		t.Errorf("of %d questions %d are read back; %s", maxRows, len(again.heat.rows), log)
	}
}

func FuzzHeatFile(f *testing.F) {
	good := someHeat(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"crc32c":0,"heat":null}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := parse(file)
		if err != nil {
			// As it would be with a checksum that is right.
			sum, _ := json.Marshal(summed{crc32.Checksum(file, castagnoli), file})
			if read, err = parse(sum); err != nil {
				return
			}
		}
		h := New(time.UTC)
		h.take(read)
		h.unkept()
		again, _ := h.give()
		written, err := again.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(written); err != nil {
			t.Errorf("what was read is written as %s, which is refused: %v", written, err)
		}
	})
}
