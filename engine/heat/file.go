package heat

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
	"unicode/utf8"

	"liveroom/engine/files"
	"liveroom/engine/live"
)

const (
	fileName  = "heat.json"         // what people ask, in the data folder
	asideName = "damaged-heat.json" // one that cannot be taken in, the latest
	version   = 1
	maxBytes  = 8 << 20 // more than maxRows questions ever take
)

// kept is what the file says: intents, products and counts, and nothing that anybody wrote.
type kept struct {
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

// summed is the file: what it says as it was written, and the checksum of that.
type summed struct {
	Sum  uint32          `json:"crc32c"`
	Heat json.RawMessage `json:"heat"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode returns the file.
func (k *kept) encode() ([]byte, error) {
	heat, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	file, err := json.Marshal(summed{crc32.Checksum(heat, castagnoli), heat})
	return append(file, '\n'), err
}

// parse reads a file, and errs at anything that encode does not write.
func parse(file []byte) (k kept, err error) {
	var sealed summed
	if err := files.DecodeJSON(file, &sealed); err != nil {
		return k, err
	}
	if sum := crc32.Checksum(sealed.Heat, castagnoli); sum != sealed.Sum {
		return k, fmt.Errorf("crc32c: the content has %d, the file says %d", sum, sealed.Sum)
	}
	if err := files.DecodeJSON(sealed.Heat, &k); err != nil {
		return k, err
	}
	switch {
	case k.Version != version:
		return k, fmt.Errorf("version: %d, want %d", k.Version, version)
	case k.Since <= 0:
		return k, fmt.Errorf("since: %d, want a time", k.Since)
	case len(k.Rows) > maxRows:
		return k, fmt.Errorf("rows: %d, want at most %d", len(k.Rows), maxRows)
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

// take puts what was counted before in the place of what h counts. What names an intent of another version is counted
// among what is not kept apart.
func (h *Map) take(k kept) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = time.UnixMilli(min(k.Since, h.since.UnixMilli()))
	h.lost = k.Lost
	for i := range k.Rows {
		r := &k.Rows[i]
		intent := live.ParseIntent(r.Intent)
		if !intent.Business() {
			h.lost += r.sum()
			continue
		}
		row := &hours{answered: r.Answered}
		copy(row.asked[:], r.Asked)
		h.rows[asking{intent, r.Product}] = row
	}
}

// give returns what is counted, and whether that is different from what it returned last; it counts as kept then.
func (h *Map) give() (k kept, changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.changed {
		return k, false
	}
	h.changed = false
	k = kept{Version: version, Since: h.since.UnixMilli(), Lost: h.lost, Rows: make([]keptRow, 0, len(h.rows))}
	for a, row := range h.rows {
		k.Rows = append(k.Rows, keptRow{Intent: a.intent.String(), Product: a.product, Asked: slices.Clone(row.asked[:]), Answered: row.answered})
	}
	return k, true
}

// unkept has what give returned last be returned again.
func (h *Map) unkept() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = true
}
