package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// How long ago a user was seen is told by the number of the block that his row was written with: meta has, for each day, the
// last block that there was when the day began. So a row costs nothing to be kept in order, and nobody's times stand in it.

const (
	lapseBatch   = 256             // users looked at in one step, at every look through the index
	lapseTime    = 5 * time.Second // that a reader has for them, beside the time of one key
	lapseRest    = time.Minute     // after one that could not be told
	maxKeepUsers = 10 * 365 * 24 * time.Hour
	day          = 24 * time.Hour
	metaDay      = "day " // and its number, from 1970 in UTC: the last block committed before it was written
)

// lapse is how far the store is in looking for users not seen for long. It belongs to the committer.
type lapse struct {
	days  []dayMark // by day; nil until they are read
	known bool      // they were read
	after []byte    // the id of the last row looked at

	looking bool      // a reader has some rows
	rest    time.Time // until then none is looked at, since one could not be told
}

type dayMark struct {
	day int64
	seq uint64
}

// Spare sets what tells, once for a step, of whom the row must stay however old: who has an actor, or holds something. It is
// to be called before Run.
func (s *Store) Spare(busy func() func(live.UserKey) bool) { s.busy = busy }

// owned is a batch of old rows on their way back from a reader, each with its owner. One is under way at a time.
type owned struct {
	rows  []ownedRow
	err   error   // what ended the batch, nil for nothing
	ended seal.ID // at which row
}

type ownedRow struct {
	userRow
	user live.UserKey
}

// lapseUsers has a reader find out whose the next few rows are of those not seen for Config.KeepUsers; they come back through
// owners. That may take an answer of the key service for every key that sealed one, which no commit is to wait for.
func (s *Store) lapseUsers(ctx context.Context, now time.Time) error {
	l := &s.committer.lapse
	if err := s.markDay(ctx, now); err != nil || s.cfg.KeepUsers == 0 {
		return err
	}
	if l.looking || now.Before(l.rest) {
		return nil
	}
	through := l.before(now.Add(-s.cfg.KeepUsers))
	if through == 0 {
		return nil
	}
	rows, err := s.oldUsers(ctx, through)
	if err != nil || len(rows) == 0 {
		return err
	}
	l.looking = true
	s.reading.Add(1)
	s.dispatch(readJob{
		kind: "lapse",
		run:  func(ctx context.Context) error { o := s.openOwners(ctx, rows); s.owners <- o; return o.err },
		fail: func(err error) { s.owners <- owned{err: err} },
	})
	return nil
}

// openOwners tells whose rows are, up to the first that cannot be told. A row that is damaged is nobody's.
func (s *Store) openOwners(ctx context.Context, rows []userRow) (o owned) {
	ctx, stop := context.WithTimeout(ctx, s.cfg.KeyTimeout+lapseTime)
	defer stop()
	for _, row := range rows {
		k, err := s.ownerOf(ctx, row)
		switch {
		case errors.Is(err, ErrCorrupt), errors.Is(err, sql.ErrNoRows):
		case err != nil:
			o.err, o.ended = fmt.Errorf("whose an old row is: %w", err), row.id
			return o
		default:
			o.rows = append(o.rows, ownedRow{row, k})
		}
	}
	return o
}

// saveLapse forgets the owners of old rows who have not come again. What could not be told is left to the next time
// through, and it goes on behind it after a rest.
func (s *Store) saveLapse(ctx context.Context, o owned) {
	l := &s.committer.lapse
	l.looking = false
	if o.err != nil {
		l.rest = s.now().Add(lapseRest) // counted as a failed read
		l.after = append(l.after[:0], o.ended[:]...)
	}
	if len(o.rows) == 0 {
		return
	}
	if err := s.dropUsers(ctx, o.rows); err != nil {
		s.observe(0, fmt.Errorf("forget old users: %w", err))
	}
}

// dropUsers deletes rows, but of those written or taken up since they were read.
func (s *Store) dropUsers(ctx context.Context, rows []ownedRow) error {
	// From here on whoever comes is read after this is over, so that nobody gets a row that is just being deleted.
	s.holdLoads(true)
	defer s.holdLoads(false)
	busy := func(live.UserKey) bool { return false }
	if s.busy != nil {
		busy = s.busy()
	}
	w, gone := &s.committer.writer, 0
	err := w.within(ctx, func() error {
		gone = 0
		for _, row := range rows {
			if s.index.remembers(row.user) || busy(row.user) {
				continue
			}
			result, err := w.result(ctx, dropUser, row.id[:], int64(row.seq), int64(row.tailSeq))
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err == nil {
				gone += int(n)
			}
		}
		return nil
	})
	if err == nil {
		s.metrics.lapsed.Add(float64(gone))
	}
	return err
}

// markDay writes, once a day, which block is the last, and removes what no cutoff asks for any more.
func (s *Store) markDay(ctx context.Context, now time.Time) error {
	l := &s.committer.lapse
	if !l.known {
		days, err := s.readDays(ctx)
		if err != nil {
			return err
		}
		l.days, l.known = days, true
	}
	today := now.UnixMilli() / day.Milliseconds()
	n := len(l.days)
	if n > 0 && l.days[n-1].day >= today {
		return nil
	}
	keep := s.cfg.KeepUsers
	if keep == 0 {
		keep = maxKeepUsers
	}
	first := max(0, l.place(now.Add(-keep))) // this one is still asked for
	mark := dayMark{day: today, seq: s.committer.last}
	w := &s.committer.writer
	err := w.within(ctx, func() error {
		for _, old := range l.days[:first] {
			if err := w.exec(ctx, dropMeta, metaDay+strconv.FormatInt(old.day, 10)); err != nil {
				return err
			}
		}
		return w.exec(ctx, setMeta, metaDay+strconv.FormatInt(mark.day, 10), int64(mark.seq))
	})
	if err == nil {
		l.days = append(slices.Delete(l.days, 0, first), mark)
	}
	return err
}

func (s *Store) readDays(ctx context.Context) (days []dayMark, err error) {
	rows, err := s.readPool.QueryContext(ctx, `SELECT key, value FROM meta WHERE key LIKE $1`, metaDay+"%")
	if err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var seq int64
		if err := rows.Scan(&key, &seq); err != nil {
			return nil, fmt.Errorf("read days: %w", err)
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(key, metaDay), 10, 64)
		if err == nil {
			days = append(days, dayMark{n, uint64(seq)})
		}
	}
	slices.SortFunc(days, func(a, b dayMark) int { return int(a.day - b.day) })
	return days, rows.Err()
}

// place returns which mark is the latest that was surely written before a time, -1 for none.
func (l *lapse) place(t time.Time) int {
	whole := t.UnixMilli()/day.Milliseconds() - 1 // a mark may be of the end of its day
	n, _ := slices.BinarySearchFunc(l.days, whole+1, func(m dayMark, d int64) int { return int(m.day - d) })
	return n - 1
}

// before returns a block that was committed before a time, as was every earlier one; 0 when none is known.
func (l *lapse) before(t time.Time) uint64 {
	if at := l.place(t); at >= 0 {
		return l.days[at].seq
	}
	return 0
}

// oldUsers returns those of the next few rows whose latest block is at most through.
func (s *Store) oldUsers(ctx context.Context, through uint64) (old []userRow, err error) {
	l := &s.committer.lapse
	rows, err := s.readPool.QueryContext(ctx, `SELECT id, seq, tail_seq FROM user_state WHERE id > $1 ORDER BY id LIMIT $2`, l.from(), lapseBatch)
	if err != nil {
		return nil, fmt.Errorf("look for old users: %w", err)
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var id []byte
		var seq, tailSeq int64
		if err := rows.Scan(&id, &seq, &tailSeq); err != nil {
			return nil, fmt.Errorf("look for old users: %w", err)
		}
		l.after = append(l.after[:0], id...)
		if row := (userRow{seq: uint64(seq), tailSeq: uint64(tailSeq)}); max(row.seq, row.tailSeq) <= through && copy(row.id[:], id) == len(row.id) {
			old = append(old, row)
		}
	}
	if seen < lapseBatch {
		l.after = l.after[:0] // from the beginning again
	}
	return old, rows.Err()
}

// from returns the id after which to look; it is not nil, which would be less than nothing to a database.
func (l *lapse) from() []byte { return append([]byte{}, l.after...) }

// ownerOf tells whose a row is. The error is ErrCorrupt when what is in it does not open, or is another's.
func (s *Store) ownerOf(ctx context.Context, row userRow) (k live.UserKey, err error) {
	err = s.readPool.QueryRowContext(ctx, `SELECT state, tail FROM user_state WHERE id = $1`, row.id[:]).Scan(&row.state, &row.tail)
	if err != nil {
		return k, s.meetDamage(err)
	}
	if row.state != nil {
		var encoded []byte
		if encoded, err = s.unseal(ctx, statePlace(row.id, row.seq), row.state); err == nil {
			k, _, err = codec.State(encoded)
		}
	} else {
		k, err = s.tailOwner(ctx, row)
	}
	if err == nil && s.userID(k) != row.id {
		err = fmt.Errorf("another's row: %w", ErrCorrupt)
	}
	return k, err
}

// tailOwner tells whose a folded tail is.
func (s *Store) tailOwner(ctx context.Context, row userRow) (k live.UserKey, err error) {
	records, err := s.unseal(ctx, tailPlace(row.id, row.tailSeq), row.tail)
	if err != nil {
		return k, err
	}
	err = codec.Each(records, func(raw *codec.Raw) error {
		k = raw.User().Clone()
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return k, err
}

// errFound ends a walk.
var errFound = errors.New("found")

// holdLoads has loads wait for the committer, or lets them go on.
func (s *Store) holdLoads(hold bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lapsing = hold
}
