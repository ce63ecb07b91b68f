package loadtest

import (
	"errors"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/engine/live"
	"liveroom/loadtest/crowd"
	"liveroom/loadtest/journal"
	"liveroom/loadtest/rush"
	"liveroom/transport/wire"
)

const (
	lateAfter = 10 * time.Millisecond
	// batchBytes leaves room in a payload for the longest event and the closing bracket.
	batchBytes = wire.MaxPayload - 8<<10
	highest    = int64(2 * time.Minute / time.Microsecond) // of every histogram, in µs
)

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, highest, 3) }

// record enters a time into a histogram of microseconds; what is out of its range is entered as its end.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	if err := h.RecordValue(min(max(1, d.Microseconds()), highest)); err != nil {
		panic(err) // the value is within the range
	}
}

// sender writes what is due to the links. Its methods but sent are called from the pacer's goroutine, or from the
// one that handles a restart, never from both at once.
type sender struct {
	// set before the load starts
	audience *audience
	journal  *journal.Journal
	crowd    *crowd.Crowd
	start    time.Time
	announce func(figure int32) // told of each stock figure before it is sent
	rush     *rush.Rush         // says what its buyers say next; nil for none
	beat     time.Duration      // a link that said nothing for so long sends a ping; 0 is never

	// owned by the pacer
	over      bool            // the schedule is
	keep      bool            // what no socket takes is said again after a restart rather than withdrawn
	spoke     []time.Duration // by link, when it last sent
	nextBeat  time.Duration
	nextProbe time.Duration
	batches   []batch // by ingest link
	buf       []byte
	dues      []rush.Due
	lag       *hdrhistogram.Histogram
	late      int64
	blocked   int64
	probes    int64

	// guarded by mu
	mu     sync.Mutex
	byType map[live.EventType]int64
	total  int64 // but for probes
}

// batch gathers the events of one ingest link that are due together.
type batch struct {
	payload []byte
	objects int             // in payload
	sends   []int           // their places in the journal
	dues    []time.Duration // their instants
	full    [][]byte        // complete payloads before this one
}

func newSender(a *audience, j *journal.Journal, c *crowd.Crowd, start time.Time) *sender {
	return &sender{
		audience: a, journal: j, crowd: c, start: start, nextProbe: a.scenario.Probes.Every,
		batches: make([]batch, a.scenario.Links.Ingest), lag: newHistogram(), byType: map[live.EventType]int64{},
		spoke: make([]time.Duration, a.scenario.Links.Viewers+a.scenario.Links.Ingest),
	}
}

// emit sends what is due. It is what the pacer calls, and what is called until the load has ended, with nothing due: then
// there are no probes either.
func (s *sender) emit(now time.Duration, due []time.Duration) {
	s.crowd.Flush()
	if every := s.audience.scenario.Probes.Every; every > 0 && now >= s.nextProbe && !s.over {
		set, ask := s.audience.probe(s.nextProbe)
		s.announce(set.Probe)
		s.probes++
		s.gather(set)
		s.gather(ask)
		s.nextProbe += every
	}
	viewers := s.audience.scenario.Links.Viewers
	var types [16]int64
	for _, at := range due {
		send := s.audience.next(at)
		types[send.Type]++
		if int(send.Link) < viewers {
			s.alone(send)
		} else {
			s.gather(send)
		}
	}
	for i := range s.batches {
		s.flush(i)
	}
	answering := s.follow(now)
	types[live.Message] += answering
	s.ping(now)
	s.mu.Lock()
	for t, n := range types {
		if n > 0 {
			s.byType[live.EventType(t)] += n
		}
	}
	s.total += int64(len(due)) + answering
	s.mu.Unlock()
}

// follow sends what the buyers of a rush say next, and returns how many new words that were.
func (s *sender) follow(now time.Duration) (said int64) {
	if s.rush == nil {
		return 0
	}
	s.dues = s.rush.Due(now, s.dues[:0])
	for _, d := range s.dues {
		if d.Again {
			s.again([]int{d.Sent})
			continue
		}
		s.alone(s.audience.word(d))
		said++
	}
	return said
}

// alone sends one event on its viewer's link.
func (s *sender) alone(send journal.Sent) {
	send.Left = time.Since(s.start)
	n := s.journal.Add(send)
	if s.rush != nil {
		s.rush.Said(int(send.User), n)
	}
	e := s.audience.event(s.journal.ID(n), send, s.start)
	s.buf = wire.AppendEvent(s.buf[:0], &e)
	blocked, err := s.crowd.Send(int(send.Link), s.buf)
	s.spoke[send.Link] = send.Left
	s.account([]int{n}, []time.Duration{send.Due}, blocked, err)
}

// ping keeps the links alive that have had nothing to say. It looks once a second.
func (s *sender) ping(now time.Duration) {
	if s.beat == 0 || now < s.nextBeat {
		return
	}
	s.nextBeat = now + min(time.Second, s.beat/4)
	s.buf = wire.AppendPing(s.buf[:0])
	for link, last := range s.spoke {
		if now-last < s.beat/2 {
			continue
		}
		if _, err := s.crowd.Send(link, s.buf); err == nil { // a closed link is told of by its reader
			s.spoke[link] = now
		}
	}
}

// gather adds an event to the batch of its ingest link.
func (s *sender) gather(send journal.Sent) {
	b := &s.batches[int(send.Link)-s.audience.scenario.Links.Viewers]
	send.Left = time.Since(s.start)
	n := s.journal.Add(send)
	e := s.audience.event(s.journal.ID(n), send, s.start)
	b.append(&e)
	b.sends = append(b.sends, n)
	b.dues = append(b.dues, send.Due)
}

// append adds an event, closing the payload at hand first when it is full.
func (b *batch) append(e *live.Event) {
	if len(b.payload) >= batchBytes || b.objects == wire.MaxObjects {
		b.close()
	}
	if len(b.payload) == 0 {
		b.payload = append(b.payload, '[')
	} else {
		b.payload = append(b.payload, ',')
	}
	b.payload = wire.AppendEvent(b.payload, e)
	b.objects++
}

func (b *batch) close() {
	if len(b.payload) > 0 {
		b.full = append(b.full, append(b.payload, ']'))
		b.payload, b.objects = nil, 0
	}
}

// flush writes the batch of one ingest link with one system call.
func (s *sender) flush(i int) {
	b := &s.batches[i]
	if len(b.sends) == 0 {
		return
	}
	reuse := b.payload
	b.close()
	blocked, err := s.crowd.Send(s.audience.scenario.Links.Viewers+i, b.full...)
	s.spoke[s.audience.scenario.Links.Viewers+i] = time.Since(s.start)
	s.account(b.sends, b.dues, blocked, err)
	b.payload, b.sends, b.dues, b.full = reuse[:0], b.sends[:0], b.dues[:0], b.full[:0]
}

// account notes how punctually sends left, or that they did not leave at all.
func (s *sender) account(sends []int, dues []time.Duration, blocked bool, err error) {
	if err != nil {
		if s.keep && !errors.Is(err, crowd.ErrBacklog) {
			return
		}
		for _, n := range sends {
			s.journal.Withdraw(n)
		}
		return
	}
	if blocked {
		s.blocked += int64(len(sends))
	}
	now := time.Since(s.start)
	for _, due := range dues {
		lag := now - due
		record(s.lag, lag)
		if lag > lateAfter {
			s.late++
		}
	}
}

// again says sends once more, as they were, under their ids.
func (s *sender) again(sends []int) {
	for _, n := range sends {
		send := s.journal.Get(n)
		e := s.audience.event(s.journal.ID(n), send, s.start)
		payloads := [][]byte{wire.AppendEvent(nil, &e)}
		if send.Probe != 0 { // the figure it asks for may be lost too; an older one loses against what is known
			set := send
			set.Type = live.StockUpdate
			e := s.audience.event("", set, s.start)
			payloads = [][]byte{wire.AppendEvent(nil, &e), payloads[0]}
		}
		if _, err := s.crowd.Send(int(send.Link), payloads...); err != nil {
			continue // the link is gone again; the send stays open, which the journal will tell
		}
	}
}

// sent returns how many events of the schedule were sent so far, and by type.
func (s *sender) sent() (int64, map[live.EventType]int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := make(map[live.EventType]int64, len(s.byType))
	for t, n := range s.byType {
		by[t] = n
	}
	return s.total, by
}

// postpone moves the next probe by d.
func (s *sender) postpone(d time.Duration) { s.nextProbe += d }
