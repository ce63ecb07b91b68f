package storage

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// Loaded is what the store holds of a user.
type Loaded struct {
	State []byte        // the latest snapshot, nil when there is none
	Tail  []live.Record // accepted and closed after it, in order
	Lost  int           // blocks of the tail that could not be opened
}

// readJob is a read on its way to a reader. Exactly one of run and fail is called, and calls back.
type readJob struct {
	kind    string // for the metrics
	prepare func() // called by whoever hands it to the readers, nil for none
	run     func(ctx context.Context) error
	fail    func(err error)
}

// serveReads is one reader.
func (s *Store) serveReads(ctx context.Context) {
	for job := range s.reads {
		err := job.run(ctx)
		s.reading.Add(-1)
		s.metrics.reads.WithLabelValues(job.kind).Inc()
		if err != nil {
			s.metrics.readErrors.WithLabelValues(job.kind).Inc()
			if !errors.Is(err, ErrNotFound) {
				s.log.Warn("read went wrong", "kind", job.kind, "err", err)
			}
		}
	}
}

// dispatch hands a job to the readers; reading has been counted, so there is room.
func (s *Store) dispatch(job readJob) {
	if job.prepare != nil {
		job.prepare()
	}
	s.reads <- job
}

// admit hands a job to the readers: at once, or, when it must see what was submitted before it, after that is committed.
// It is refused in the caller's goroutine when the store is closed or too many reads wait.
func (s *Store) admit(job readJob, ordered bool) {
	if s.reading.Add(1) > int64(s.cfg.ReadQueue) {
		s.reading.Add(-1)
		job.fail(fmt.Errorf("read: %w", ErrBusy))
		return
	}
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		s.reading.Add(-1)
		job.fail(fmt.Errorf("read: %w", ErrClosed))
	case s.unsure != nil:
		err := s.unsure
		s.mu.Unlock()
		s.reading.Add(-1)
		job.fail(fmt.Errorf("read: %w", err))
	case ordered && (s.depth > 0 || s.lapsing):
		s.push(item{read: &job})
	default:
		s.dispatch(job) // under mu, so that the channel is not closed meanwhile; it has room
		s.mu.Unlock()
	}
}

// Load reads what is held of a user, everything submitted before the call included, and calls done exactly once: from a
// reader's goroutine, or at once with ErrBusy or ErrClosed.
func (s *Store) Load(k live.UserKey, done func(Loaded, error)) {
	var blocks []uint64
	s.admit(readJob{
		kind:    "load",
		prepare: func() { blocks = s.index.blocksOf(k) },
		run: func(ctx context.Context) error {
			loaded, err := s.readUser(ctx, k, blocks)
			done(loaded, err)
			return err
		},
		fail: func(err error) { done(Loaded{}, err) },
	}, true)
}

// Closed reads the record in the given block that closed an event, and calls done exactly once: from a reader's
// goroutine, or at once with ErrBusy or ErrClosed. ErrNotFound tells that the block is not kept any more or holds no such
// record, ErrCorrupt that it does not open.
func (s *Store) Closed(block uint64, k live.UserKey, key live.EventKey, done func(live.Record, error)) {
	s.admit(readJob{
		kind: "closed",
		run: func(ctx context.Context) error {
			rec, err := s.readClosed(ctx, block, k, key)
			done(rec, err)
			return err
		},
		fail: func(err error) { done(live.Record{}, err) },
	}, false)
}

func (s *Store) readClosed(ctx context.Context, block uint64, k live.UserKey, key live.EventKey) (rec live.Record, err error) {
	records, _, err := s.readBlock(ctx, block)
	if err != nil {
		return rec, err
	}
	err = codec.Each(records, func(raw *codec.Raw) (err error) {
		if raw.Kind == live.RecordClosed && raw.Is(k) && raw.Key() == key {
			rec, err = raw.Record()
			rec.Block = block
		}
		return err
	})
	if err == nil && rec.Kind == 0 {
		err = fmt.Errorf("closed record in block %d: %w", block, ErrNotFound)
	}
	return rec, err
}

// SessionFrames reads what a session was told, in order, after the frame that is a reply with the id after or answers the
// event with that id; everything held when after is "" or not found. It reaches back Config.SessionWindow and
// Config.SessionFrames frames. only, when not nil, picks the users whose frames count. done is called exactly once: from a
// reader's goroutine, or at once with ErrBusy or ErrClosed.
func (s *Store) SessionFrames(session live.SessionID, after string, only func(live.UserKey) bool, done func(frames [][]byte, err error)) {
	var blocks []uint64
	s.admit(readJob{
		kind:    "session",
		prepare: func() { blocks = s.index.toldIn(session) },
		run: func(ctx context.Context) error {
			frames, err := s.readFrames(ctx, session, after, only, blocks)
			done(frames, err)
			return err
		},
		fail: func(err error) { done(nil, err) },
	}, false)
}

func (s *Store) readFrames(ctx context.Context, session live.SessionID, after string, only func(live.UserKey) bool, blocks []uint64) ([][]byte, error) {
	oldest := s.now().Add(-s.cfg.SessionWindow).UnixMilli()
	var told []live.Record // the latest first
	for _, block := range slices.Backward(blocks) {
		if len(told) >= s.cfg.SessionFrames {
			break
		}
		records, at, err := s.readBlock(ctx, block)
		if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if at < oldest {
			break
		}
		from := len(told)
		err = codec.Each(records, func(raw *codec.Raw) error {
			if raw.Kind != live.RecordClosed || !raw.Told || !raw.Of(session) || (only != nil && !only(raw.User())) {
				return nil
			}
			rec, err := raw.Record()
			told = append(told, rec)
			return err
		})
		if err != nil {
			return nil, err
		}
		slices.Reverse(told[from:])
	}
	told = told[:min(len(told), s.cfg.SessionFrames)]
	slices.Reverse(told)
	frames := make([][]byte, 0, len(told))
	for i := framesFrom(told, after); i < len(told); i++ {
		frames = append(frames, told[i].Frame)
	}
	return frames, nil
}

// framesFrom returns the place after the first frame that after names, 0 when none does. An event's id may recur with
// another user; taking the first then sends a frame twice rather than never.
func framesFrom(told []live.Record, after string) int {
	if after == "" {
		return 0
	}
	for i := range told {
		if string(told[i].Key.ID) == after || replyIn(told[i].Frame, after) {
			return i + 1
		}
	}
	return 0
}

// replyIn tells whether a frame is the reply with the given id.
func replyIn(frame []byte, id string) bool {
	if !bytes.Contains(frame, []byte(id)) {
		return false
	}
	var head struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	return json.Unmarshal(frame, &head) == nil && head.Type == "reply" && head.ID == id
}

// readBlock returns the records of a block and when it was committed.
func (s *Store) readBlock(ctx context.Context, block uint64) (records []byte, at int64, err error) {
	var sealed []byte
	err = s.readPool.QueryRowContext(ctx, `SELECT at, data FROM journal WHERE seq = $1`, int64(block)).Scan(&at, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, fmt.Errorf("block %d: %w", block, ErrNotFound)
	}
	if err != nil {
		if err = s.meetDamage(err); errors.Is(err, ErrCorrupt) {
			s.quarantine("block", block, err)
		}
		return nil, 0, fmt.Errorf("read block %d: %w", block, err)
	}
	if records, err = s.unsealBlock(ctx, block, sealed); err != nil {
		if errors.Is(err, ErrCorrupt) {
			s.quarantine("block", block, err)
		}
		return nil, 0, fmt.Errorf("block %d: %w", block, err)
	}
	return records, at, nil
}

// quarantine counts and logs something that does not open.
func (s *Store) quarantine(what string, block uint64, err error, attrs ...any) {
	s.quarantined.Add(1)
	s.metrics.quarantined.Inc()
	s.log.Error("quarantined", append([]any{"what", what, "block", block, "err", err}, attrs...)...)
}
