// Package torture is what the clients remember while the server they talk to is killed again and again, and the verdict on
// it that rests on their memory alone: what was acknowledged has one outcome, by distinct reply id, and every piece that was
// told held or locked is. It does no I/O and reads no clock.
//
// What a server refuses with an error is remembered by nobody and is said again under its id.
package torture

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/journal"
	"liveroom/transport/wire"
)

// The words of a buyer, and the scripts by which a server answers them.
const (
	ask     = "3号链接还有货吗"
	take    = "要"
	confirm = "确认"

	scriptStock    = "stock"
	scriptReserved = "reserved"
	scriptLocked   = "locked"
)

// SKU is what buyers buy: the one SKU of the demo shop's third product.
const SKU live.SKU = "DEMO-3"

// questions is what the others say.
var questions = []string{"3号链接多少钱", "1号链接有什么颜色", "包邮吗", "2号链接什么材质", "怎么退货", "几天发货", "主播好美", "5号链接适合敏感肌吗", "666"}

// refusals are the codes by which a server says that it has not taken an event, or let it go.
var refusals = map[string]bool{
	live.Overloaded.String(): true, live.RateLimited.String(): true, live.StorageFailed.String(): true,
	live.Internal.String(): true, live.Draining.String(): true,
}

// Config says who talks.
type Config struct {
	Room          live.RoomID
	Tag           string // of the ids, unlike that of every other torture on the same server
	Links         int
	Talkers       int // who say anything at any time
	Buyers        int // who ask, take, confirm, and begin anew
	CommentsEvery int // one in so many questions is said in public; 0 is none
	Random        *rand.Rand
}

// Book is the memory of all clients. Its methods may be called from several goroutines.
type Book struct {
	// set by New
	cfg     Config
	journal *journal.Journal

	// guarded by mu
	mu       sync.Mutex
	said     []said
	buyers   []buyer
	refused  int64
	fatal    map[string]int64 // refusals that say the event is at fault, by code
	untold   int64            // held or locked without having been asked for
	examples []string
}

// said is one event as it went out.
type said struct {
	typ   live.EventType
	link  int
	user  live.UserID
	text  string
	buyer int // its place, -1 for a talker
	again bool
}

// buyer is one who buys a piece at a time.
type buyer struct {
	word  string // the next one to say, "" while an answer is owed
	taken live.EventID
	held  map[live.EventID]bool // takes that were told held; true when told locked too
}

// New returns an empty book.
func New(c Config) *Book {
	b := &Book{cfg: c, journal: journal.New(c.Tag), buyers: make([]buyer, c.Buyers), fatal: map[string]int64{}}
	for i := range b.buyers {
		b.buyers[i] = buyer{word: ask, held: map[live.EventID]bool{}}
	}
	return b
}

// Next returns the next event of a link, at the given time of the wall clock.
func (b *Book) Next(link int, at time.Time, now time.Duration) live.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := said{typ: live.Message, link: link, buyer: -1}
	if i := b.free(link); i >= 0 {
		s.buyer, s.user, s.text = i, live.UserID("buyer"+strconv.Itoa(i)), b.buyers[i].word
		b.buyers[i].word = ""
	} else {
		// A person speaks on one link, so that what is told in private comes where it was asked.
		n := b.cfg.Random.IntN(max(1, b.cfg.Talkers/b.cfg.Links))*b.cfg.Links + link
		s.user, s.text = live.UserID("talker"+strconv.Itoa(n)), questions[b.cfg.Random.IntN(len(questions))]
		if every := b.cfg.CommentsEvery; every > 0 && b.cfg.Random.IntN(every) == 0 {
			s.typ = live.Comment
		}
	}
	n := b.journal.Add(journal.Sent{Type: s.typ, Link: int32(link), Due: now, Left: now})
	b.said = append(b.said, s)
	return b.event(n, at)
}

// free returns a buyer of the link who has something to say, -1 for none. Buyers have every third turn at most.
func (b *Book) free(link int) int {
	if b.cfg.Buyers == 0 || b.cfg.Random.IntN(3) > 0 {
		return -1
	}
	for range 4 {
		i := b.cfg.Random.IntN(max(1, b.cfg.Buyers/b.cfg.Links))*b.cfg.Links + link
		if i < b.cfg.Buyers && b.buyers[i].word != "" {
			return i
		}
	}
	return -1
}

func (b *Book) event(n int, at time.Time) live.Event {
	s := &b.said[n]
	return live.Event{
		Type: s.typ, ID: b.journal.ID(n), Room: b.cfg.Room, User: s.user, Text: s.text, At: at.UnixMilli(), Viewers: live.Absent, Sold: live.Absent,
	}
}

// Again returns what a link is to say again: what was not acknowledged, and what was refused. With all, everything that has
// no outcome.
func (b *Book) Again(link int, at time.Time, all bool) (events []live.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for n := range b.said {
		if b.said[n].link != link {
			continue
		}
		if s := b.journal.Get(n); s.Outcome == 0 && (all || s.AckedAt == 0 || b.said[n].again) {
			b.said[n].again = false
			events = append(events, b.event(n, at))
		}
	}
	return events
}

// Sample returns up to limit events of a link that have their outcome, the latest ones, to be said once more: each must
// bring the same frame.
func (b *Book) Sample(link, limit int, at time.Time) (events []live.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for n := len(b.said) - 1; n >= 0 && len(events) < limit; n-- {
		if b.said[n].link == link && b.journal.Get(n).Outcome != 0 {
			events = append(events, b.event(n, at))
		}
	}
	return events
}

// Take takes a frame of a link.
func (b *Book) Take(link int, o *wire.Outbound, now time.Duration) {
	switch o.Type {
	case "ack":
		b.journal.Ack(o.ID, now)
	case "reply":
		b.reply(link, o, now)
	case "outcome":
		b.end(link, o, journal.Ending{Outcome: live.ParseOutcome(o.Outcome), What: [3]string{o.Reason, string(o.Joined)}, Private: true}, now)
	case "error":
		b.refusal(o)
	}
}

func (b *Book) reply(link int, o *wire.Outbound, now time.Duration) {
	private := o.Scope != live.Public.String()
	if s, ours := b.journal.Lookup(o.To); !private && (!ours || int(s.Link) != link || s.Outcome != 0 && o.Count > 0) {
		return // said to the room, or a closing reply that speaks for many
	}
	b.end(link, o, journal.Ending{Outcome: live.Replied, What: [3]string{string(o.ID), o.Text}, Private: private}, now)
}

func (b *Book) end(link int, o *wire.Outbound, e journal.Ending, now time.Duration) {
	_, found := b.journal.Close(o.To, link, e, now)
	b.mu.Lock()
	defer b.mu.Unlock()
	if found == journal.Conflict || found == journal.Elsewhere || found == journal.Stranger {
		b.example("%s on link %d: a second or foreign outcome: %s %q", o.To, link, o.Type, o.Text+o.Reason)
	}
	if found != journal.First {
		return
	}
	if n := b.number(o.To); n >= 0 && b.said[n].buyer >= 0 {
		b.heard(b.said[n].buyer, o, b.said[n].text)
	}
}

// number returns the place of an event, -1 for a foreign one.
func (b *Book) number(id live.EventID) int {
	digits := string(id)[min(len(id), len(b.cfg.Tag)+1):]
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n >= len(b.said) {
		return -1
	}
	return n
}

// heard lets a buyer make up their mind. The caller holds mu.
func (b *Book) heard(i int, o *wire.Outbound, word string) {
	who := &b.buyers[i]
	switch {
	case o.Type == "reply" && o.Script == scriptReserved:
		if word != take {
			b.untold++
			b.example("%s: %q is answered by a hold", o.To, word)
		}
		who.taken, who.word = o.To, confirm
		who.held[o.To] = false
	case o.Type == "reply" && o.Script == scriptLocked:
		if word != confirm || who.taken == "" {
			b.untold++
			b.example("%s: %q is answered by a lock", o.To, word)
		}
		who.held[who.taken] = true
		who.taken, who.word = "", ask
	case who.taken != "":
		who.word = confirm // whatever came in between, the piece is held
	case o.Type == "reply" && o.Script == scriptStock && word == ask:
		who.word = take
	default:
		who.word = ask
	}
}

func (b *Book) refusal(o *wire.Outbound) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.number(o.To)
	if o.To == "" && refusals[o.Code] {
		b.refused++ // of a resume, which the next link asks for again
		return
	}
	if o.To == "" || n < 0 {
		b.fatal[o.Code]++
		b.example("an error about nothing we said: %s %s", o.Code, o.Message)
		return
	}
	if !refusals[o.Code] {
		b.fatal[o.Code]++
		b.example("%s refused: %s %s %s", o.To, o.Code, o.Field, o.Message)
		return
	}
	b.refused++
	b.said[n].again = true
}

// Open returns how many events have no outcome.
func (b *Book) Open() int { return b.journal.Open() }

// Repeats returns how many outcomes came again as they were.
func (b *Book) Repeats() int64 { return b.journal.Tally().Repeats }

// Piece is one that a buyer was told of.
type Piece struct {
	ID     live.ReservationID
	Locked bool
}

// Pieces returns all of them.
func (b *Book) Pieces() (all []Piece) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.buyers {
		user := live.UserKey{Room: b.cfg.Room, User: live.UserID("buyer" + strconv.Itoa(i))}
		for id, locked := range b.buyers[i].held {
			all = append(all, Piece{ID: live.ReservationIDFor(user, live.EventKey{Type: live.Message, ID: id}), Locked: locked})
		}
	}
	return all
}

const maxExamples = 8

// example keeps what may help to find a fault. The caller holds mu.
func (b *Book) example(format string, args ...any) {
	if len(b.examples) < maxExamples {
		b.examples = append(b.examples, fmt.Sprintf(format, args...))
	}
}
