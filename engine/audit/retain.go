package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Retention: a file whose records are all older than Config.Keep is removed, but never the one that is written nor the one
// before it. First a record of the log says what will be missing, then a head of that record and a signed cut go to every
// place, and only then the file goes. So what is missing at the beginning is either what a cut names, or a fault.

// retainEvery is how often old files are looked for.
const retainEvery = time.Hour

// clockSlack is what the wall clock and one that nobody sets may differ by since the start; beyond, nothing is removed for
// its age until the next start.
const clockSlack = time.Hour

// cutText is what the log says of a cut; Verify wants it word for word.
func cutText(seq uint64, last Hash) string {
	return fmt.Sprintf("records up to %d are removed for their age; the last of them was %s", seq, last)
}

// retain removes what is older than Config.Keep.
func (l *Log) retain() {
	if l.cfg.Keep == 0 || l.Err() != nil || !l.mayForget() || !l.verifying.TryLock() {
		return
	}
	defer l.verifying.Unlock()
	l.headMu.Lock()
	err := l.spreadCut()
	l.headMu.Unlock()
	if err != nil {
		l.log.Error("cut of the audit log not written; tried again in an hour", "err", err)
		return
	}
	before := l.clock().Add(-l.cfg.Keep).UnixMilli()
	if err := l.cut(before); err != nil {
		l.log.Error("old files of the audit log are not removed; tried again in an hour", "err", err)
		return
	}
	files, err := listFiles(l.cfg.Dir)
	if err != nil || len(files) == 0 {
		return
	}
	if first, err := firstRecord(filepath.Join(l.cfg.Dir, files[0].name)); err == nil {
		l.since.Store(min(before, first.At))
	}
}

// Since returns a time before which there is no record, and none is to be kept for its age, as of the latest look for old
// files; false before the first look, and where records are kept for ever.
func (l *Log) Since() (time.Time, bool) {
	at := l.since.Load()
	return time.UnixMilli(at), at > 0
}

// mayForget tells whether the wall clock went as the other one since the start.
func (l *Log) mayForget() bool { return (l.ahead() - l.lead).Abs() <= clockSlack }

// ahead returns the wall clock's advance over the one that nobody sets.
func (l *Log) ahead() time.Duration { return time.Duration(l.clock().UnixNano()) - l.age() }

// cut removes the files whose records are all of before a time, in Unix milliseconds.
func (l *Log) cut(before int64) error {
	files, err := listFiles(l.cfg.Dir)
	if err != nil {
		return err
	}
	n := 0
	var first Record // of the first file that stays
	for n+2 < len(files) {
		next, err := firstRecord(filepath.Join(l.cfg.Dir, files[n+1].name))
		if err != nil {
			return err
		}
		if next.At >= before {
			break
		}
		if err := l.whole(files[n], next); err != nil {
			return err // what does not verify is evidence
		}
		first, n = *next, n+1
	}
	if n == 0 {
		return nil
	}
	if err := l.sayCut(first.Seq-1, first.Prev); err != nil {
		return err
	}
	for _, f := range files[:n] {
		if err := os.Remove(filepath.Join(l.cfg.Dir, f.name)); err != nil {
			return err
		}
		l.removed.Add(1)
	}
	l.log.Info("old files of the audit log are removed", "files", n, "records_up_to", first.Seq-1)
	return syncDir(l.cfg.Dir)
}

// sayCut writes that everything up to a record goes: into the log, and signed into every place. A cut whose files a crash has
// left is said once more in the log.
func (l *Log) sayCut(seq uint64, last Hash) error {
	if err := l.headed(); err != nil { // before the log says what could then not be done
		return err
	}
	if _, err := l.write(Record{Who: Self, Act: actCut, Result: Noted, Detail: cutText(seq, last)}); err != nil {
		return err
	}
	if err := l.headed(); err != nil {
		return err
	}
	l.headMu.Lock()
	defer l.headMu.Unlock()
	signed, err := l.sign.sign(Head{Cut: true, Chain: l.chain, Seq: seq, Record: last, At: l.clock().UnixMilli()})
	if err != nil {
		return err
	}
	l.lastCut = signed
	l.cutSeq.Store(seq)
	return l.spreadCut()
}

// headed writes heads, and returns which place cannot be written.
func (l *Log) headed() error {
	l.head()
	l.headMu.Lock()
	defer l.headMu.Unlock()
	for i := range l.places {
		if p := &l.places[i]; p.err != nil {
			return fmt.Errorf("head not written to %s: %w", p.path, p.err)
		}
	}
	return nil
}

// spreadCut writes the latest cut to every place that does not have it, one that was named since then too: the second place
// first, as with heads. The caller holds headMu.
func (l *Log) spreadCut() error {
	for i := len(l.places) - 1; i >= 0; i-- {
		p := &l.places[i]
		if p.cut >= l.lastCut.Seq {
			continue
		}
		if err := p.append(l.lastCut.Line()); err != nil {
			return err
		}
		p.cut = l.lastCut.Seq
	}
	return nil
}

// whole returns an error unless a file holds what was written, up to the record that the next file begins with.
func (l *Log) whole(f logFile, next *Record) error {
	content, err := os.ReadFile(filepath.Join(l.cfg.Dir, f.name))
	if err != nil {
		return err
	}
	h, ok := parseHeader(content)
	seq, prev := h.first-1, h.prev
	ok = ok && h.chain == l.chain
	for _, p := range scan(content, min(headerBytes, len(content))) {
		ok = ok && p.intact && p.record.Chain == l.chain && p.record.Seq == seq+1 && p.record.Prev == prev
		seq, prev = seq+1, p.hash
	}
	if !ok || next.Seq != seq+1 || next.Prev != prev {
		return fmt.Errorf("%s is not what was written, and stays: %w", f.name, ErrCorrupt)
	}
	return nil
}

// firstRecord reads the record that a file begins with.
func firstRecord(path string) (*Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, int64(headerBytes+maxBody+frameBytes)))
	if err != nil {
		return nil, err
	}
	if p := parseFrame(content, min(headerBytes, len(content))); p.intact {
		return p.record, nil
	}
	return nil, errors.Join(fmt.Errorf("%s does not begin with a record", filepath.Base(path)), ErrCorrupt)
}
