package loadtest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/journal"
	"liveroom/loadtest/rush"
)

// Stock figures of probes count up from firstFigure by figureStep, so that a reply names its probe even when buyers hold
// some of the pieces; other numbers in a reply (link numbers, sizes, prices) are smaller.
const (
	firstFigure = 200_001
	figureStep  = 1_000
)

// audience decides who says what. It is owned by the pacer's goroutine; Event may be called from another one.
type audience struct {
	// set by newAudience
	scenario Scenario
	tag      string // tells this run's ids and newcomers from every other run's
	room     live.RoomID
	types    dice
	users    dice
	messages *wording
	comments *wording
	phrases  []phrase // of messages, then of comments, then the words of a rush
	words    int      // where the latter begin
	names    []string // of the known users behind ingest links

	// owned by the pacer
	random   *rand.Rand
	newcomer int
	probes   int
	turn     int // of those who speak once each
}

// newAudience reads the texts of a scenario. A log, when there is one, brings its own mix.
func newAudience(s Scenario, tag string, l *library, log *roomLog) (*audience, error) {
	a := &audience{scenario: s, tag: tag, room: s.Room, random: l.random}
	mix := s.Mix
	if log != nil {
		mix = mix.withLog(log.mix)
	}
	a.scenario.Mix = mix
	weights := mix.weights()
	a.types = weighted(weights[:])
	a.users = newDice(s.Users.Count, s.Users.Draw)
	var err error
	if mix.Message > 0 {
		if a.messages, err = l.wording(live.Message, s.Messages); err != nil {
			return nil, err
		}
		a.phrases = append(a.phrases, a.messages.phrases...)
	}
	if mix.Comment > 0 {
		if a.comments, err = l.wording(live.Comment, s.Comments); err != nil {
			return nil, err
		}
		a.phrases = append(a.phrases, a.comments.phrases...)
	}
	a.words = len(a.phrases)
	if s.Rush.Think > 0 {
		for _, w := range [...]rush.Word{rush.Take, rush.Confirm} {
			a.phrases = append(a.phrases, phrase{text: w.Text(), question: true})
		}
	}
	a.names = make([]string, s.Users.Count)
	for i := range a.names {
		a.names[i] = "u" + strconv.Itoa(i)
	}
	return a, nil
}

// The numbers of users: viewers have the number of their link; behind ingest links, the known ones follow, then newcomers.
func (a *audience) firstKnown() int    { return a.scenario.Links.Viewers }
func (a *audience) firstNewcomer() int { return a.firstKnown() + a.scenario.Users.Count }

// user returns the name of a user by number.
func (a *audience) user(n int) live.UserID {
	switch {
	case n < a.firstKnown():
		return viewerName(n)
	case n < a.firstNewcomer():
		return live.UserID(a.names[n-a.firstKnown()])
	}
	return live.UserID("n" + a.tag + strconv.Itoa(n-a.firstNewcomer()))
}

func viewerName(link int) live.UserID { return live.UserID("v" + strconv.Itoa(link)) }

// next decides the send that is due at an instant.
func (a *audience) next(due time.Duration) journal.Sent {
	s := journal.Sent{Type: mixed[a.types.roll(a.random)], Due: due}
	links := a.scenario.Links
	if s.Type == live.Message && links.Viewers > 0 || links.Ingest == 0 {
		s.Link = int32(a.viewer())
		s.User = s.Link
	} else {
		s.Link = int32(links.Viewers + a.random.IntN(links.Ingest))
		s.User = int32(a.someone())
	}
	switch s.Type {
	case live.Message:
		s.Text = int32(a.messages.roll(a.random))
	case live.Comment:
		s.Text = int32(a.comments.roll(a.random))
		if a.messages != nil {
			s.Text += int32(len(a.messages.phrases))
		}
	default:
		return s
	}
	p := a.phrases[s.Text]
	s.Question, s.Unlabelled = p.question, p.unlabelled
	return s
}

// word returns the send of what a buyer of a rush says next.
func (a *audience) word(d rush.Due) journal.Sent {
	s := journal.Sent{Type: live.Message, Link: int32(d.Buyer), User: int32(d.Buyer), Question: true, Due: d.At}
	if s.Text = int32(a.words) + int32(d.Word-rush.Take); d.Word == rush.Ask {
		s.Text = int32(a.messages.roll(a.random))
	}
	return s
}

// viewer draws a viewer link.
func (a *audience) viewer() int {
	if a.scenario.Users.Each {
		a.turn++
		return (a.turn - 1) % a.scenario.Links.Viewers
	}
	return a.random.IntN(a.scenario.Links.Viewers)
}

// someone draws a user behind an ingest link.
func (a *audience) someone() int {
	if a.scenario.Users.Each {
		a.turn++
		return a.firstKnown() + (a.turn-1)%a.scenario.Users.Count
	}
	if a.scenario.Users.FirstTime > 0 && a.random.Float64() < a.scenario.Users.FirstTime {
		return a.stranger()
	}
	return a.firstKnown() + a.users.roll(a.random)
}

func (a *audience) stranger() int {
	a.newcomer++
	return a.firstNewcomer() + a.newcomer - 1
}

// probe returns the next stock figure and the question for it, both for the first ingest link.
func (a *audience) probe(due time.Duration) (set, ask journal.Sent) {
	figure := int32(firstFigure + (a.probes+1)*figureStep)
	a.probes++
	link := int32(a.scenario.Links.Viewers)
	set = journal.Sent{Type: live.StockUpdate, Link: link, Probe: figure, Due: due}
	return set, journal.Sent{Type: live.Message, Link: link, User: int32(a.stranger()), Probe: figure, Due: due}
}

// event returns what goes on the wire for a send, the same each time it is called for the same one.
func (a *audience) event(id live.EventID, s journal.Sent, start time.Time) live.Event {
	e := live.Event{
		Type: s.Type, ID: id, Room: a.room, At: start.Add(s.Due).UnixMilli(),
		Viewers: live.Absent, Sold: live.Absent,
	}
	if s.Type == live.StockUpdate {
		e.SKU, e.Available = a.scenario.Probes.SKU, int64(s.Probe)
		return e
	}
	e.User = a.user(int(s.User))
	switch s.Type {
	case live.Message, live.Comment:
		if e.Text = a.scenario.Probes.Text; s.Probe == 0 {
			e.Text = a.phrases[s.Text].text
		}
	case live.Like:
		e.Count = 1 + int64(s.User)%8
	case live.Gift:
		e.Count, e.ValueFen = 1, 100
	}
	return e
}

// describe says for the report what shape the load has.
func (t Timing) describe(log *roomLog) string {
	switch {
	case log != nil:
		return fmt.Sprintf("%s arrivals in the rhythm of the live room log, slots of %v at most %d times the mean, squeezed into the run",
			t.Arrivals, logSlot, logPeak)
	case t.Burst.Every > 0:
		return fmt.Sprintf("%s arrivals, %g times the rate for %v every %v", t.Arrivals, t.Burst.Factor, t.Burst.Length, t.Burst.Every)
	}
	return t.Arrivals + " arrivals"
}

// shares returns the mix as shares of 1.
func (m Mix) shares() map[string]float64 {
	all := 0.0
	for _, w := range m.weights() {
		all += w
	}
	shares := map[string]float64{}
	for i, w := range m.weights() {
		if w > 0 {
			shares[mixed[i].String()] = w / all
		}
	}
	return shares
}
