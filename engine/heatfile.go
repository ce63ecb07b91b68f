package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"liveroom/engine/access"
	"liveroom/engine/live"
)

const (
	heatFile      = "heat.json"         // what people ask, in the data folder
	heatAside     = "damaged-heat.json" // one that cannot be taken in, the latest
	heatVersion   = 1
	maxHeatBytes  = 8 << 20 // more than maxHeat questions ever take
	keepHeatEvery = time.Minute
)

// keptHeat is what the file says: intents, products and counts, and nothing that anybody wrote.
type keptHeat struct {
	Version int       `json:"version"`
	Since   int64     `json:"since"` // Unix milliseconds
	Lost    uint64    `json:"lost"`
	Rows    []keptRow `json:"rows"`
}

// keptRow is one kind of question.
type keptRow struct {
	Intent   string         `json:"intent"`
	Product  live.ProductID `json:"product,omitempty"`
	Asked    []uint32       `json:"asked"` // by hour of the shop's day
	Answered uint32         `json:"answered"`
}

// sealedHeat is the file: what it says as it was written, and the checksum of that.
type sealedHeat struct {
	Sum  uint32          `json:"crc32c"`
	Heat json.RawMessage `json:"heat"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode returns the file.
func (k *keptHeat) encode() ([]byte, error) {
	heat, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	file, err := json.Marshal(sealedHeat{crc32.Checksum(heat, castagnoli), heat})
	return append(file, '\n'), err
}

// parseHeat reads a file, and errs at anything that encode does not write.
func parseHeat(file []byte) (k keptHeat, err error) {
	var sealed sealedHeat
	if err := strictly(file, &sealed); err != nil {
		return k, err
	}
	if sum := crc32.Checksum(sealed.Heat, castagnoli); sum != sealed.Sum {
		return k, fmt.Errorf("crc32c: the content has %d, the file says %d", sum, sealed.Sum)
	}
	if err := strictly(sealed.Heat, &k); err != nil {
		return k, err
	}
	switch {
	case k.Version != heatVersion:
		return k, fmt.Errorf("version: %d, want %d", k.Version, heatVersion)
	case k.Since <= 0:
		return k, fmt.Errorf("since: %d, want a time", k.Since)
	case len(k.Rows) > maxHeat:
		return k, fmt.Errorf("rows: %d, want at most %d", len(k.Rows), maxHeat)
	}
	type key struct {
		intent  string
		product live.ProductID
	}
	known := make(map[key]bool, len(k.Rows))
	for i := range k.Rows {
		r := &k.Rows[i]
		if err := r.check(); err != nil {
			return k, fmt.Errorf("rows[%d]: %w", i, err)
		}
		at := key{r.Intent, r.Product}
		if known[at] {
			return k, fmt.Errorf("rows[%d]: %s about %q is there already", i, r.Intent, r.Product)
		}
		known[at] = true
	}
	return k, nil
}

func (r *keptRow) check() error {
	sum := r.sum()
	switch {
	case r.Intent == "" || len(r.Intent) > live.MaxID:
		return fmt.Errorf("intent: %.128q, want a name", r.Intent)
	case len(r.Product) > live.MaxID || !utf8.ValidString(string(r.Product)):
		return fmt.Errorf("product: %.128q, want an id of at most %d bytes", r.Product, live.MaxID)
	case len(r.Asked) != len(hours{}.asked):
		return fmt.Errorf("asked: %d hours, want %d", len(r.Asked), len(hours{}.asked))
	case sum == 0 || uint64(r.Answered) > sum:
		return fmt.Errorf("answered: %d of %d", r.Answered, sum)
	}
	return nil
}

func (r *keptRow) sum() (all uint64) {
	for _, n := range r.Asked {
		all += uint64(n)
	}
	return all
}

// strictly decodes one JSON value of known fields, and nothing after it.
func strictly(file []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after its end")
	}
	return nil
}

// take puts what was counted before in the place of what h counts. What names an intent of another version is counted
// among what is not kept apart.
func (h *heat) take(k keptHeat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = time.UnixMilli(min(k.Since, h.since.UnixMilli()))
	h.lost = k.Lost
	for i := range k.Rows {
		r := &k.Rows[i]
		intent := live.ParseIntent(r.Intent)
		if !business(intent) {
			h.lost += r.sum()
			continue
		}
		row := &hours{answered: r.Answered}
		copy(row.asked[:], r.Asked)
		h.rows[asking{intent, r.Product}] = row
	}
}

// give returns what is counted, and whether that is different from what it returned last; it counts as kept then.
func (h *heat) give() (k keptHeat, changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.changed {
		return k, false
	}
	h.changed = false
	k = keptHeat{Version: heatVersion, Since: h.since.UnixMilli(), Lost: h.lost, Rows: make([]keptRow, 0, len(h.rows))}
	for a, row := range h.rows {
		k.Rows = append(k.Rows, keptRow{Intent: a.intent.String(), Product: a.product, Asked: slices.Clone(row.asked[:]), Answered: row.answered})
	}
	return k, true
}

// heatKeeper has what people ask outlast the node. What is in its way is logged, and keeps no node from running.
type heatKeeper struct {
	heat  *heat
	path  string
	log   *slog.Logger
	ready chan struct{}

	failed bool // the last writing; owned by Run
}

// keepHeat reads what was asked before, and returns what keeps it from then on.
func keepHeat(h *heat, dir string, log *slog.Logger) *heatKeeper {
	k := &heatKeeper{heat: h, path: filepath.Join(dir, heatFile), log: log, ready: make(chan struct{})}
	left, _ := filepath.Glob(k.path + ".new-*") // half written when a node was killed
	for _, path := range left {
		os.Remove(path)
	}
	switch kept, err := readHeat(k.path); {
	case err == nil:
		h.take(kept)
	case !errors.Is(err, fs.ErrNotExist):
		aside := filepath.Join(dir, heatAside)
		log.Warn("what was asked before cannot be read and is counted anew", "file", k.path, "aside", aside, "err", errors.Join(err, os.Rename(k.path, aside)))
	}
	return k
}

func readHeat(path string) (keptHeat, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return keptHeat{}, err
	case !st.Mode().IsRegular():
		return keptHeat{}, fmt.Errorf("mode %v, want a regular file", st.Mode())
	case st.Size() > maxHeatBytes:
		return keptHeat{}, fmt.Errorf("%d bytes, want at most %d", st.Size(), maxHeatBytes)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return keptHeat{}, err
	}
	return parseHeat(file)
}

// Ready implements runner.
func (k *heatKeeper) Ready() <-chan struct{} { return k.ready }

// Run implements runner: it writes once a minute when there is something new, and at the end.
func (k *heatKeeper) Run(ctx context.Context) error {
	close(k.ready)
	tick := time.NewTicker(keepHeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			k.keep()
			return nil
		case <-tick.C:
			k.keep()
		}
	}
}

// keep writes what is counted, if it has changed. What cannot be written is tried again.
func (k *heatKeeper) keep() {
	kept, changed := k.heat.give()
	if !changed {
		return
	}
	slices.SortFunc(kept.Rows, func(a, b keptRow) int {
		return cmp.Or(cmp.Compare(a.Intent, b.Intent), cmp.Compare(a.Product, b.Product))
	})
	file, err := kept.encode()
	if err == nil {
		err = access.Replace(k.path, file, nil)
	}
	switch {
	case err != nil:
		k.heat.unkept()
		if !k.failed {
			k.log.Warn("what is asked is not kept, and is lost when the node ends; it is tried again every minute", "file", k.path, "err", err)
		}
	case k.failed:
		k.log.Info("what is asked is kept again", "file", k.path)
	}
	k.failed = err != nil
}

// unkept has what give returned last be returned again.
func (h *heat) unkept() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = true
}
