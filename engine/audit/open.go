package audit

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/prometheus/client_golang/prometheus"
)

// queueLimit is how many noted acts may wait.
const queueLimit = 1024

const lockFile = "lock"

// Open opens the log of a folder, or begins one, and repairs what a crash has left. cfg.Dir is set; reg may be nil.
func Open(cfg Config, log *slog.Logger, reg prometheus.Registerer) (*Log, error) {
	l, err := open(cfg, log, time.Now, openFile)
	if err != nil {
		return nil, err
	}
	if err := l.register(reg); err != nil {
		return nil, errors.Join(fmt.Errorf("register audit metrics: %w", err), l.Close())
	}
	return l, nil
}

func open(cfg Config, log *slog.Logger, clock func() time.Time, openFile func(string, int) (file, error)) (*Log, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	l := &Log{
		cfg: cfg, log: log, clock: clock, open: openFile, ready: make(chan struct{}), queue: make(chan Record, queueLimit),
		headDue: make(chan struct{}, 1), toKeep: make(chan []byte, 1), places: []place{{path: filepath.Join(cfg.Dir, localHeads)}},
	}
	begin := time.Now()
	l.age = func() time.Duration { return time.Since(begin) }
	l.lead = l.ahead()
	for _, path := range cfg.HeadsFile {
		l.places = append(l.places, place{path: path})
	}
	l.headedAt.Store(clock().UnixMilli()) // counted from the opening, until Run writes the first
	err := l.resume()
	if err != nil {
		return nil, fmt.Errorf("open audit log: %w", errors.Join(err, l.Close()))
	}
	return l, nil
}

// openFile opens a file to write, with further flags.
func openFile(path string, flags int) (file, error) { return os.OpenFile(path, os.O_RDWR|flags, 0o600) }

// lockDir takes a folder for this process. The lock goes with the process, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	return f, nil
}

// resume takes the folder, finds where the log ends and goes on there.
func (l *Log) resume() (err error) {
	if l.lock, err = lockDir(l.cfg.Dir); err != nil {
		return err
	}
	var newKey bool
	if l.sign, newKey, err = openSigner(l.cfg.Dir); err != nil {
		return err
	}
	if l.pseudonyms, err = openPseudonyms(l.cfg.Dir); err != nil {
		return err
	}
	t, err := readTail(l.cfg.Dir)
	if err != nil {
		return err
	}
	heads := l.ownHeads()
	l.chain, l.seq, l.prev, l.lastAt = t.chain, t.seq, t.prev, t.at
	l.last.Store(l.seq)
	if l.chain == (ChainID{}) && len(heads) > 0 {
		l.chain = heads[len(heads)-1].Chain // no file says it any more
	}
	if l.chain == (ChainID{}) {
		rand.Read(l.chain[:])
		l.fresh = true
	}
	switch {
	case l.seq == 0 && len(heads) == 0:
		l.say(actBegin, "key "+l.sign.public.Fingerprint())
	case newKey:
		l.say(actKey, "key "+l.sign.public.Fingerprint()+"; the key before is not in the folder any more")
	}
	if missing := l.compare(&t, heads); missing != "" {
		l.fresh = true
		l.log.Error("audit log is not what it was; liveroom audit verify says more", "err", missing)
		l.say(actBreak, missing)
	} else if t.name != "" {
		if err := l.reopen(&t); err != nil {
			return err
		}
	}
	for _, r := range t.open {
		r.Of, r.Result, r.At, r.Detail = r.Seq, Unknown, 0, "the node stopped before the result was written"
		l.owed = append(l.owed, r)
	}
	l.flush() // failing is said and tried again
	return nil
}

// say owes the log a record of its own.
func (l *Log) say(act, detail string) {
	l.owed = append(l.owed, Record{Who: Self, Act: act, Result: Noted, Detail: detail})
}

// reopen goes on in the last file, without what a crash has left there.
func (l *Log) reopen(t *tail) error {
	f, err := l.open(filepath.Join(l.cfg.Dir, t.name), 0)
	if err != nil {
		return err
	}
	l.file, l.size = f, int64(t.size)
	if t.torn == nil {
		return nil
	}
	sum := sm3.Sum(t.torn)
	if err := errors.Join(f.Truncate(l.size), f.Sync()); err != nil {
		return err
	}
	l.log.Warn("half a record at the end of the audit log was cut off", "file", t.name, "offset", t.size, "bytes", len(t.torn))
	l.say(actTorn, fmt.Sprintf("%d bytes at byte %d of %s were no whole record; SM3 %x", len(t.torn), t.size, t.name, sum))
	return nil
}

// ownHeads returns the heads in every place that the log's key signed.
func (l *Log) ownHeads() (heads []Head) {
	for i := range l.places {
		p := &l.places[i]
		err := readHeads(p.path, func(_ int, h Head, err error) {
			switch {
			case err != nil || !h.Key.same(l.sign.public) || !h.Valid():
			case h.Cut:
				p.cut = max(p.cut, h.Seq)
				if h.Seq > l.lastCut.Seq {
					l.lastCut = h
					l.cutSeq.Store(h.Seq)
				}
			default:
				heads, p.last = append(heads, h), h.Seq
			}
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			l.log.Warn("cannot read heads of the audit log", "file", p.path, "err", err)
		}
	}
	return heads
}

// compare holds the log against its heads, and says what is missing or changed; then the log goes on after all that there
// ever was.
func (l *Log) compare(t *tail, heads []Head) (missing string) {
	missing = t.broken
	if missing != "" {
		l.seq, l.prev = t.past, Hash{}
	}
	for _, h := range heads {
		is, known := t.hashes[h.Seq]
		switch {
		case h.Chain != l.chain:
			if missing == "" {
				missing = fmt.Sprintf("there are heads of chain %s up to record %d, which is not here", h.Chain, h.Seq)
			}
		case h.Seq > l.seq:
			if missing == "" || t.broken == "" {
				missing = fmt.Sprintf("records %d to %d are missing", t.seq+1, h.Seq)
			}
			l.seq, l.prev = h.Seq, h.Record
		case known && is != h.Record && missing == "":
			missing = fmt.Sprintf("record %d is not the one of which there is a head", h.Seq)
		}
	}
	return missing
}
