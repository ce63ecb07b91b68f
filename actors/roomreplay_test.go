package actors

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"liveroom/engine/live"
)

// testRules are the rules of a room under test.
var testRules = RoomRules{FreshFor: 3000, FreshMax: 10_000, ClosingAskers: 10, ClosingEvery: 20_000, PublicPerMinute: 20}

// roomReplay replays what a room is told:
//
//	> rules closing=N every=D cap=N              in place of the defaults; only as the first line
//	> ask USER INTENT [product=P] [variant=V] [version=N] [counts=N]
//	> crowd NAME N INTENT … [every=D]            N users NAME1 … ask, one every D; what they are told is counted
//	> answered INTENT by=USER [product=P] [variant=V] [reply=R] [counted=yes]
//	> tick                                       what is overdue, and the closing reply that is due
//	> feed                                       what the host is shown
//	> mode auto|suggest|paused, > mute USER [for=D], > unmute USER
//	> seat                                       a person takes a dialogue of the room
type roomReplay struct {
	rules    RoomRules
	state    RoomState
	settings Settings
}

func newRoomReplay() *roomReplay {
	return &roomReplay{rules: testRules, state: NewRoomState(testRules)}
}

func (r *roomReplay) do(now int64, words []string) ([]string, error) {
	options := map[string]string{}
	plain := words[:0:0]
	for _, w := range words {
		if name, value, ok := strings.Cut(w, "="); ok {
			options[name] = value
			continue
		}
		plain = append(plain, w)
	}
	switch plain[0] {
	case "rules":
		return nil, r.setRules(options)
	case "ask":
		return rulings(r.state.Ask(now, askerOf(plain[1], plain[2], options), nil)), nil
	case "crowd":
		return r.crowd(now, plain, options)
	case "answered":
		a := askerOf(options["by"], plain[1], options)
		return rulings(r.state.Answered(now, Answer{
			Asker: a.AskerID, Topic: a.Topic, Reply: live.ReplyID(options["reply"]), Counted: options["counted"] != "",
		}, nil)), nil
	case "tick":
		return r.tick(now), nil
	case "feed":
		return r.feed(now), nil
	case "mode":
		return r.set(now, &live.Event{Type: live.RoomModeSet, Note: plain[1]}), nil
	case "mute":
		until := int64(live.MutedForever)
		if d, err := time.ParseDuration(options["for"]); err == nil {
			until = now + d.Milliseconds()
		}
		return r.set(now, &live.Event{Type: live.UserMuted, User: live.UserID(plain[1]), Count: until}), nil
	case "unmute":
		return r.set(now, &live.Event{Type: live.UserMuted, User: live.UserID(plain[1])}), nil
	case "seat":
		r.state.Attended()
		return nil, nil
	}
	return nil, fmt.Errorf("no such input: %s", plain[0])
}

func (r *roomReplay) setRules(options map[string]string) error {
	for name, value := range options {
		n, err := time.ParseDuration(value)
		switch name {
		case "closing":
			_, err = fmt.Sscan(value, &r.rules.ClosingAskers)
		case "cap":
			_, err = fmt.Sscan(value, &r.rules.PublicPerMinute)
		case "every":
			r.rules.ClosingEvery = n.Milliseconds()
		}
		if err != nil {
			return fmt.Errorf("rule %s: %w", name, err)
		}
	}
	r.state = NewRoomState(r.rules)
	return nil
}

func (r *roomReplay) set(now int64, e *live.Event) []string {
	r.settings, _ = r.settings.take(now, e)
	return rulings(r.state.Set(now, r.settings, nil))
}

// crowd lets many ask and counts what they are told.
func (r *roomReplay) crowd(now int64, plain []string, options map[string]string) ([]string, error) {
	n := 0
	if _, err := fmt.Sscan(plain[2], &n); err != nil {
		return nil, err
	}
	every, _ := time.ParseDuration(options["every"])
	told := map[string]int{}
	var lines []string
	for i := range n {
		out := r.state.Ask(now+int64(i)*every.Milliseconds(), askerOf(fmt.Sprint(plain[1], i+1), plain[3], options), nil)
		if len(out) == 0 {
			told["wait"]++
		}
		for _, e := range out {
			if e.Ruling == RuledFirst || e.Ruling == RuledSuggest {
				lines = append(lines, rulings([]RoomEffect{e})...)
				continue
			}
			told[strings.TrimSuffix(verbOf(e), ":")]++
		}
	}
	for _, verb := range slices.Sorted(maps.Keys(told)) {
		lines = append(lines, fmt.Sprintf("%d times: %s", told[verb], verb))
	}
	return lines, nil
}

func (r *roomReplay) tick(now int64) []string {
	lines := rulings(r.state.Tick(now, nil))
	if c, due := r.state.Closing(now); due {
		lines = append(lines, fmt.Sprintf("closing reply: %d asked %s, from %d ms on", c.Askers, subjectLine(c.Topic), c.Start))
	}
	if len(lines) == 0 {
		return []string{fmt.Sprintf("%d topics, busy %v", len(r.state.answers.nodes), r.state.Busy())}
	}
	return lines
}

func (r *roomReplay) feed(now int64) []string {
	top, due := r.state.Feed(now)
	if !due {
		return []string{"nothing to show"}
	}
	var lines []string
	for _, t := range top {
		lines = append(lines, fmt.Sprintf("%d ask %s", t.Askers, subjectLine(t.Topic)))
	}
	if len(lines) == 0 {
		lines = []string{"nobody asks any more"}
	}
	return lines
}

func subjectLine(t Topic) string {
	return strings.TrimSpace(t.Intent.String() + " " + string(t.Product))
}

func askerOf(user, intent string, options map[string]string) Asker {
	a := Asker{AskerID: asker(user)}
	a.Topic = Topic{Intent: live.ParseIntent(intent), Product: live.ProductID(options["product"]), Variant: options["variant"]}
	fmt.Sscan(options["version"], &a.Version)
	fmt.Sscan(options["counts"], &a.Counts)
	return a
}

// rulings puts rulings into words; more than four in a row that say the same are one line.
func rulings(effects []RoomEffect) (lines []string) {
	for len(effects) > 0 {
		verb, n := verbOf(effects[0]), 1
		for n < len(effects) && verbOf(effects[n]) == verb {
			n++
		}
		if first := effects[0].Asker.User.User; n > 4 {
			lines = append(lines, fmt.Sprintf("%s %s to %s, %d in all", verb, first, effects[n-1].Asker.User.User, n))
		} else {
			n = 1
			lines = append(lines, verb+" "+string(first))
		}
		effects = effects[n:]
	}
	return lines
}

func verbOf(e RoomEffect) string {
	switch e.Ruling {
	case RuledJoin:
		return "joins " + string(e.Joined) + ":"
	case RuledQuiet:
		return "no answer (" + string(e.Reason) + "):"
	case RuledSuggest:
		return "to the seats:"
	}
	return "first"
}
