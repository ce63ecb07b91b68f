package audit

import (
	"context"
	"strings"
	"time"
)

// NotKept stands instead of what is sealed of a person whose key could not be stored before the node stopped: nobody will
// ever read who it was, and that is not because he was erased.
const NotKept = "-"

// held is a noted record that waits for the keys of its people.
type held struct {
	record Record
	since  time.Time
}

// keeper holds back what tells of people whose keys are not stored, so that nothing else has to wait for it. It belongs to
// the one who writes what is noted.
type keeper struct {
	log   *Log
	held  []held
	under chan error // takes what came of the attempt to store keys; nil for none under way
}

// waits tells whether a record tells of somebody whose key is not stored yet.
func (l *Log) waits(r *Record) bool {
	return l.cfg.Waits != nil && (l.waitsIn(r.On) || l.waitsIn(r.Detail))
}

func (l *Log) waitsIn(text string) bool {
	if !strings.Contains(text, sealedMark) {
		return false
	}
	for _, found := range sealedPerson.FindAllString(text, -1) {
		if _, sealed, _ := strings.Cut(found, sealedMark); l.cfg.Waits(sealed) {
			return true
		}
	}
	return false
}

// start has keys stored, unless that is under way.
func (k *keeper) start() {
	if k.under != nil {
		return
	}
	under := make(chan error, 1)
	k.under = under
	go func() { under <- k.log.sealed() }()
}

// pause gives the keys of a batch a moment to be stored, so that in ordinary times everything is written in the order it was
// noted. Once that has failed, or takes long, nothing waits for them here.
func (k *keeper) pause(ctx context.Context, batch []Record) {
	some := false
	for i := range batch {
		some = some || k.log.waits(&batch[i])
	}
	if !some || k.under != nil || k.log.keyless.Load() != nil {
		return
	}
	k.start()
	patience := time.NewTimer(retryEvery)
	defer patience.Stop()
	select {
	case <-k.under:
		k.under = nil
	case <-patience.C:
	case <-ctx.Done():
	}
}

// pass returns what can be written: of a batch what does not wait, and before it what was held and waits no more. Keys may be
// stored meanwhile, so the last record is looked at first: nothing overtakes an earlier record of the same person.
func (k *keeper) pass(batch []Record) (free []Record) {
	now := k.log.clock()
	all := k.held
	for _, r := range batch {
		all = append(all, held{r, now})
	}
	waits := make([]bool, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		waits[i] = k.log.waits(&all[i].record)
	}
	k.held = nil
	for i, h := range all {
		if waits[i] {
			k.held = append(k.held, h)
		} else {
			free = append(free, h.late(now))
		}
	}
	k.log.holding.Store(int64(len(k.held)))
	return free
}

// late is the record as it is written: with when it was noted, where that is not now.
func (h held) late(now time.Time) Record {
	r := h.record
	if now.Sub(h.since) < retryEvery {
		return r
	}
	if r.Detail != "" {
		r.Detail += "; "
	}
	r.Detail += "noted at " + h.since.UTC().Format(time.RFC3339) + ", held back until keys of people could be stored"
	return r
}

// end returns what is still held, after the attempt under way.
func (k *keeper) end() (left []Record) {
	if k.under != nil {
		<-k.under
	}
	now := k.log.clock()
	for _, h := range k.held {
		left = append(left, h.late(now))
	}
	k.held = nil
	k.log.holding.Store(0)
	return left
}

// part makes records ready that must be written now or never: keys that are missing are stored, and of people whose keys
// cannot be, the pseudonym is left and NotKept.
func (l *Log) part(records []Record) {
	var waiting []*Record
	for i := range records {
		if l.waits(&records[i]) {
			waiting = append(waiting, &records[i])
		}
	}
	if len(waiting) == 0 {
		return
	}
	err := l.sealed()
	lost := 0
	for _, r := range waiting {
		if l.waits(r) {
			r.On, r.Detail = l.strip(r.On), l.strip(r.Detail)
			lost++
		}
	}
	if lost > 0 {
		l.unkept.Add(uint64(lost))
		l.log.Error("audit records are written without whom they tell of: their keys could not be stored", "records", lost, "err", err)
	}
}

// strip puts NotKept in the place of what is sealed under keys that are not stored.
func (l *Log) strip(text string) string {
	return sealedPerson.ReplaceAllStringFunc(text, func(found string) string {
		name, sealed, _ := strings.Cut(found, sealedMark)
		if !l.cfg.Waits(sealed) {
			return found
		}
		return name + sealedMark + NotKept
	})
}
