package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Act is something that somebody does. Personal values in On and Detail are marked with Personal.
type Act struct {
	Who    string // an account, a seat
	Act    string // what is done, a word such as room.mode
	On     string // to what, e.g. "room demo"
	From   string // from where: an address
	Detail string // what else must be known later
}

// Acts of the log itself, by Self.
const (
	Self = "audit log"

	actBegin   = "audit.begin"   // the first record of a chain
	actStart   = "audit.start"   // the node starts
	actStop    = "audit.stop"    // it stops in order
	actTorn    = "audit.torn"    // half a record, left by a crash, was cut off
	actBreak   = "audit.break"   // the log is not what it was when the node stopped
	actKey     = "audit.key"     // heads are signed with a new key
	actClock   = "audit.clock"   // the clock went back
	actCut     = "audit.cut"     // what is older than Config.Keep is removed
	actResumed = "audit.resumed" // the log could not be written for a while
)

// Log is the audit log of one node. Open it, run it with Run.
type Log struct {
	// set by Open
	cfg        Config
	log        *slog.Logger
	clock      func() time.Time
	open       func(path string, flags int) (file, error)
	age        func() time.Duration // since the opening, by a clock that nobody sets
	lead       time.Duration        // of clock over age, at the opening
	sign       *signer
	pseudonyms []byte
	chain      ChainID
	lock       *os.File
	ready      chan struct{}
	queue      chan Record // noted, to be written by Run
	headDue    chan struct{}
	running    atomic.Bool
	failing    atomic.Pointer[failure]
	keyless    atomic.Pointer[failure] // keys of people cannot be stored
	holding    atomic.Int64            // noted records that wait for them
	unkept     atomic.Uint64           // records written without whom they tell of since the log was opened
	refused    atomic.Uint64           // acts refused since the log was opened
	written    atomic.Uint64           // records written since then
	last       atomic.Uint64           // the last record, for who must not wait for mu
	cutSeq     atomic.Uint64           // records up to this one were removed for their age
	since      atomic.Int64            // told by Since, Unix milliseconds; 0 for unknown
	removed    atomic.Uint64           // files removed since the log was opened
	headedAt   atomic.Int64            // when a head in every second place vouched for all there was; Unix milliseconds
	verifying  sync.Mutex              // held by the one who verifies
	verified   atomic.Pointer[Verified]

	mu        sync.Mutex // held by the one who writes; guards the fields below
	file      file       // nil before the first record of a new file
	fresh     bool       // the next record begins a file
	dirty     bool       // the file may hold more than size
	closed    bool
	size      int64
	seq       uint64 // the last record
	prev      Hash
	lastAt    int64
	sinceHead int
	owed      []Record // what goes before anything else: results, and what the log says of itself

	toKeep chan []byte // of one: the latest head, for KeepHead; filled with headMu held

	headMu  sync.Mutex // held by the one who writes heads; guards the fields below
	places  []place    // the first is the log's own
	lastCut Head       // the latest, zero for none
}

// file is what the log does with a file.
type file interface {
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
}

// failure is why the log cannot be written.
type failure struct {
	err     error
	since   time.Time
	refused uint64 // Log.refused when it began
}

// Do writes that an act is about to be done, does it, and writes its result, which is the error that do returns. When the
// first cannot be written the error is ErrRefused and do is not called. ctx only ends the wait before do.
func (l *Log) Do(ctx context.Context, a Act, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d, err := l.Begin(a)
	if err != nil {
		return err
	}
	outcome := errPanicked
	defer func() { d.End(outcome) }()
	outcome = do()
	return outcome
}

var errPanicked = errors.New("it panicked")

// settle writes the result of an act. One that cannot be written now goes before whatever is written next, and the error
// says why.
func (l *Log) settle(result Record) error {
	result.At = l.clock().UnixMilli()
	ready := []Record{result}
	l.part(ready)
	result = ready[0]
	_, err := l.write(result)
	if err != nil {
		l.mu.Lock()
		l.owed = append(l.owed, result)
		l.mu.Unlock()
	}
	return err
}

// Note takes in an act that was asked for, without waiting: it is written within moments. The error is ErrRefused when it
// cannot be; then the act must not be done.
func (l *Log) Note(a Act) error { return l.note(a, Noted) }

// NoteFailed is Note for what was asked for and then not done.
func (l *Log) NoteFailed(a Act) error { return l.note(a, Failed) }

// Tell writes down what has happened already and so cannot be refused. The error says that it cannot be written now: then
// it goes before whatever is written next, or is lost when the node stops before.
func (l *Log) Tell(a Act) error {
	r, err := l.record(a, Noted)
	if err != nil {
		return err
	}
	return l.settle(r)
}

func (l *Log) note(a Act, result Result) error {
	err := l.Err()
	var r Record
	if err == nil {
		r, err = l.record(a, result)
	}
	if err == nil && l.holding.Load() >= queueLimit && l.waits(&r) {
		err = ErrFull
	}
	if err == nil {
		select {
		case l.queue <- r:
			return nil
		default:
			err = ErrFull
		}
	}
	l.refused.Add(1)
	return fmt.Errorf("%s: %w: %w", a.Act, ErrRefused, err)
}

// Err returns why acts are refused now, or nil.
func (l *Log) Err() error {
	if f := l.failing.Load(); f != nil {
		return f.err
	}
	return nil
}

// record makes a record of an act; numbers and time come with the writing.
func (l *Log) record(a Act, result Result) (r Record, err error) {
	if r.On, err = l.conceal(a.On); err != nil {
		return r, err
	}
	if r.Detail, err = l.conceal(a.Detail); err != nil {
		return r, err
	}
	r.Who, r.Act, r.From, r.Result = a.Who, a.Act, a.From, result
	return r, nil
}

// sealed has what was sealed in records become readable, if anybody wants to. That it fails, and that it goes well again, is
// said once.
func (l *Log) sealed() error {
	if l.cfg.Sealed == nil {
		return nil
	}
	err := l.cfg.Sealed()
	if err == nil {
		if f := l.keyless.Swap(nil); f != nil {
			l.log.Info("keys of people can be stored again", "took", l.clock().Sub(f.since))
		}
		return nil
	}
	err = fmt.Errorf("keys of people: %w", err)
	if l.keyless.CompareAndSwap(nil, &failure{err: err, since: l.clock()}) {
		l.log.Error("keys of people cannot be stored; what the audit log is to tell of them waits until they can", "err", err)
	}
	return err
}

// write appends records with one sync, and returns the number of the last. All of them are on the disk, or none.
func (l *Log) write(records ...Record) (seq uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err = l.append(records); err != nil {
		l.fail(err)
		return 0, err
	}
	return l.seq, nil
}

// flush writes what is owed, if anything, and so finds out whether the log can be written again.
func (l *Log) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.owed) == 0 && l.failing.Load() == nil {
		return nil
	}
	err := l.append(nil)
	if err != nil {
		l.fail(err)
	}
	return err
}

// append does the work of write. The caller holds mu.
func (l *Log) append(records []Record) error {
	if l.closed {
		return ErrClosed
	}
	if l.cfg.BeforeWrite != nil {
		if err := l.cfg.BeforeWrite(); err != nil {
			return err
		}
	}
	if err := l.clean(); err != nil {
		return err
	}
	now := l.clock()
	all := l.stamp(append(l.before(now), records...), now.UnixMilli())
	if l.size >= l.cfg.FileBytes {
		l.fresh = true
	}
	buf := make([]byte, 0, 512*len(all))
	if l.fresh {
		buf = header{l.chain, l.seq + 1, l.prev}.append(buf)
	}
	seq, prev := l.seq, l.prev
	for i := range all {
		seq++
		all[i].Chain, all[i].Seq, all[i].Prev = l.chain, seq, prev
		all[i].tidy()
		buf, prev = appendFrame(buf, &all[i])
	}
	if l.fresh {
		if err := l.begin(); err != nil {
			return err
		}
	}
	if err := l.put(buf); err != nil {
		return errors.Join(err, l.clean())
	}
	l.seq, l.prev, l.lastAt = seq, prev, all[len(all)-1].At
	l.last.Store(seq)
	l.written.Add(uint64(len(all)))
	l.owed = nil
	l.recovered(now)
	l.sinceHead += len(all)
	if l.sinceHead >= l.cfg.HeadEvery {
		select {
		case l.headDue <- struct{}{}:
		default:
		}
	}
	return nil
}

// before returns what is written before anything else. The caller holds mu.
func (l *Log) before(now time.Time) (all []Record) {
	all = append(all, l.owed...)
	if f := l.failing.Load(); f != nil {
		all = append(all, Record{Who: Self, Act: actResumed, Result: Noted, Detail: fmt.Sprintf(
			"could not be written since %s, for %v: %v; acts refused: %d",
			f.since.UTC().Format(time.RFC3339), now.Sub(f.since).Round(time.Millisecond), f.err, l.refused.Load()-f.refused)})
	}
	return all
}

// stamp gives the time to records that have none yet, and says where the clock went back. The caller holds mu.
func (l *Log) stamp(records []Record, now int64) (all []Record) {
	last := l.lastAt
	for _, r := range records {
		if r.At == 0 {
			r.At = now
		}
		if back := time.Duration(last-r.At) * time.Millisecond; back > Tolerance {
			all = append(all, Record{Who: Self, Act: actClock, Result: Noted, At: r.At, Detail: "the clock went back by " + back.String()})
		}
		all, last = append(all, r), r.At
	}
	return all
}

// begin makes the next file, unless it was made in vain before. The caller holds mu.
func (l *Log) begin() error {
	if l.file == nil || l.size > 0 {
		f, err := l.open(filepath.Join(l.cfg.Dir, fileName(l.seq+1)), os.O_CREATE|os.O_EXCL)
		if err != nil {
			return err
		}
		if l.file != nil {
			if err := l.file.Close(); err != nil {
				l.log.Warn("audit file not closed in order", "err", err) // all in it is synced
			}
		}
		l.file, l.size = f, 0
	}
	if err := syncDir(l.cfg.Dir); err != nil {
		return err
	}
	l.fresh = false
	return nil
}

// put writes bytes at the end of the file. The caller holds mu.
func (l *Log) put(buf []byte) error {
	l.dirty = true
	if _, err := l.file.WriteAt(buf, l.size); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.size += int64(len(buf))
	l.dirty = false
	return nil
}

// clean takes away what a failed write has left. The caller holds mu.
func (l *Log) clean() error {
	if !l.dirty {
		return nil
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.dirty = false
	if l.size == 0 {
		l.fresh = true // its header was not written either
	}
	return nil
}

// fail notes that the log cannot be written. The caller holds mu.
func (l *Log) fail(err error) {
	if l.failing.Load() != nil {
		return
	}
	l.failing.Store(&failure{err: err, since: l.clock(), refused: l.refused.Load()})
	if !errors.Is(err, ErrClosed) {
		l.log.Error("audit log cannot be written; acts are refused until it can", "err", err)
	}
}

// recovered notes that the log was written. The caller holds mu.
func (l *Log) recovered(now time.Time) {
	if f := l.failing.Swap(nil); f != nil {
		l.log.Info("audit log can be written again", "took", now.Sub(f.since))
	}
}

// Status is one moment of the log.
type Status struct {
	Chain   string
	Key     string // fingerprint of the key that signs heads
	Last    uint64 // the last record
	Failure string // why acts are refused, "" when they are not
	Refused uint64 // acts refused since the start
	Waiting int    // noted acts not yet written, Held among them
	Held    int    // of them, those that wait for keys of people
	Keyless string // why keys of people cannot be stored, "" when they can
	Unkept  uint64 // records written since the start without whom they tell of
	Heads   []PlaceStatus
	// Verified is the last verification since the start, nil before the first.
	Verified *Verified
}

// PlaceStatus is one file of heads.
type PlaceStatus struct {
	File    string
	Last    uint64 // the record of the last head in it that this node wrote
	Failure string
}

// Status returns how the log stands.
func (l *Log) Status() Status {
	s := Status{
		Chain: l.chain.String(), Key: l.sign.public.Fingerprint(), Refused: l.refused.Load(), Waiting: len(l.queue),
		Held: int(l.holding.Load()), Unkept: l.unkept.Load(),
		Verified: l.verified.Load(),
	}
	if err := l.Err(); err != nil {
		s.Failure = err.Error()
	}
	s.Waiting += s.Held
	if f := l.keyless.Load(); f != nil {
		s.Keyless = f.err.Error()
	}
	l.mu.Lock()
	s.Last = l.seq
	l.mu.Unlock()
	l.headMu.Lock()
	defer l.headMu.Unlock()
	for _, p := range l.places[1:] {
		at := PlaceStatus{File: p.path, Last: p.last}
		if p.err != nil {
			at.Failure = p.err.Error()
		}
		s.Heads = append(s.Heads, at)
	}
	return s
}
