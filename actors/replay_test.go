package actors

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestConversations replays testdata: a line that starts with ">" is an input, the indented lines after it are the
// effects it must have. With LIVEROOM_GOLDEN=1 the effects are rewritten.
//
//	> at 800ms                     sets the time since the start
//	> comment ID TEXT              what a user writes; message for private
//	> read ID INTENT [product=P] [unsure] [emotion=E]
//	> first ID, > join ID REPLY    the room's ruling
//	> words ID TEXT                the composer's line, nothing for none
//	> fail ID CODE, > tick, > take, > say TEXT, > give_back, > gone ID (the seat)
//
// What a room is told stands in roomreplay_test.go.
func TestConversations(t *testing.T) {
	for dir, fresh := range map[string]func() interpreter{
		"user": func() interpreter {
			return &userReplay{state: NewUserState(live.UserKey{Room: "room", User: "小美"}, 3), seqs: map[string]uint64{}}
		},
		"room": func() interpreter { return newRoomReplay() },
	} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no conversations in testdata/%s: %v", dir, err)
		}
		for _, file := range files {
			t.Run(file, func(t *testing.T) { replayFile(t, file, fresh()) })
		}
	}
}

type interpreter interface {
	do(now int64, words []string) ([]string, error)
}

func replayFile(t *testing.T, file string, in interpreter) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	now := int64(0)
	for line := range strings.Lines(string(content)) {
		switch {
		case strings.HasPrefix(line, "#"), strings.TrimSpace(line) == "":
			got.WriteString(line)
		case strings.HasPrefix(line, ">"):
			got.WriteString(line)
			words := strings.Fields(line[1:])
			if words[0] == "at" {
				d, err := time.ParseDuration(words[1])
				if err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				now = d.Milliseconds()
				continue
			}
			effects, err := in.do(now, words)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			for _, e := range effects {
				fmt.Fprintf(&got, "    %s\n", e)
			}
		}
	}
	if os.Getenv("LIVEROOM_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got.String() != string(content) {
		t.Errorf("%s: replayed\n%s\nwant\n%s", file, got.String(), content)
	}
}

type userReplay struct {
	state UserState
	seqs  map[string]uint64
}

func (r *userReplay) do(now int64, words []string) ([]string, error) {
	in, err := r.input(now, words)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, e := range r.state.Step(now, in, nil) {
		if e.Kind == EffAccept || e.Kind == EffRead {
			r.seqs[string(e.Event.ID)] = e.Seq
		}
		lines = append(lines, r.line(e))
	}
	return lines, nil
}

func (r *userReplay) input(now int64, words []string) (Input, error) {
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	seq := r.seqs[arg(1)]
	switch words[0] {
	case "comment", "message", "redriven", "stale":
		e := &live.Event{Type: live.Message, Room: "room", User: "小美", ID: live.EventID(arg(1)), Text: strings.Join(words[2:], " ")}
		if words[0] == "comment" {
			e.Type = live.Comment
		}
		a := &Arrival{Event: e, Session: "link", Received: now, Deadline: now + 800}
		a.Redriven, a.Stale = words[0] == "redriven" || words[0] == "stale", words[0] == "stale"
		return Input{Kind: InArrived, Arrival: a}, nil
	case "read":
		in := Input{Kind: InRead, Seq: seq, Reading: &live.Reading{Intent: live.ParseIntent(arg(2)), Confidence: .9}, Products: fakeCatalogue{}}
		for _, w := range words[3:] {
			switch name, value, _ := strings.Cut(w, "="); name {
			case "product":
				in.Product, in.Named = &live.Product{ID: live.ProductID(value)}, true
			case "presented":
				in.Product = &live.Product{ID: live.ProductID(value)}
			case "unsure":
				in.Reading.Unsure = true
			case "emotion":
				in.Reading.Emotion = live.ParseEmotion(value)
			}
		}
		return in, nil
	case "first":
		return Input{Kind: InRuled, Seq: seq, Ruling: RuledFirst, Topic: Topic{Intent: live.IntentStock}}, nil
	case "join":
		return Input{Kind: InRuled, Seq: seq, Ruling: RuledJoin, Joined: live.ReplyID(arg(2))}, nil
	case "words":
		return Input{Kind: InComposed, Seq: seq, Line: Line{Text: strings.Join(words[2:], " "), By: live.ByScript}}, nil
	case "fail":
		return Input{Kind: InFailed, Seq: seq, Code: live.Internal}, nil
	case "tick":
		return Input{Kind: InTick}, nil
	case "take", "say", "give_back":
		e := &live.Event{Type: live.ParseEventType(words[0]), Text: strings.Join(words[1:], " ")}
		a := &Arrival{Event: e, Session: "seat", Received: now}
		return Input{Kind: inputFor(a), Arrival: a}, nil
	case "gone":
		e := &live.Event{Type: live.GiveBack, Room: "room", User: "小美", ID: live.EventID(arg(1))}
		return Input{Kind: InSeatGone, Arrival: &Arrival{Event: e, Received: now, Deadline: now + 800}}, nil
	}
	return Input{}, fmt.Errorf("no such input: %s", words[0])
}

func (r *userReplay) line(e Effect) string {
	id := "-"
	if e.Event != nil {
		id = string(e.Event.ID)
	}
	switch e.Kind {
	case EffAccept:
		return "accept " + id
	case EffRead:
		return "read " + id + " " + e.Event.Text
	case EffAskRoom:
		return fmt.Sprintf("ask room %s %s product=%s", id, e.Topic.Intent, e.Topic.Product)
	case EffRelease:
		return "release"
	case EffCompose:
		product := live.ProductID("")
		if e.Say.Product != nil {
			product = e.Say.Product.ID
		}
		return fmt.Sprintf("compose %s %s product=%s %s", id, strings.TrimSpace(e.Say.Topic+" "+e.Say.Reading.Intent.String()), product, e.Scope)
	case EffHold:
		return fmt.Sprintf("hold %s %s × %d", id, e.Plan.SKU, e.Plan.Quantity)
	case EffUndo:
		return "undo " + string(e.Hold.ID)
	case EffWait:
		return fmt.Sprintf("wait until %d ms", e.Deadline)
	case EffClose:
		line := fmt.Sprintf("close %s %s %s%s", id, e.Outcome, e.Reason, e.Joined)
		if e.Outcome == live.HandedOver || e.Event.Type == live.GiveBack {
			line += " "
		}
		if e.Reply != nil {
			line += fmt.Sprintf("%s %q after %d ms", e.Reply.Scope, e.Reply.Text, e.Reply.TookMs)
		}
		if e.Mood != 0 && e.Mood != moodCalm {
			line += fmt.Sprintf(" (mood %.1f)", e.Mood)
		}
		return line
	case EffRefuse:
		return fmt.Sprintf("refuse %s %s", id, e.Code)
	case EffRepeatPending:
		return "repeat pending"
	case EffRepeatClosed:
		return "repeat closed " + id
	case EffAct:
		return strings.TrimSpace(strings.Join([]string{"act", e.Event.Type.String(), e.Event.Text, string(e.Reason), string(e.HandOver)}, " "))
	case EffRepeatAct:
		return "repeat act " + id
	}
	return "unknown effect"
}

func asker(user string) AskerID {
	return AskerID{User: live.UserKey{Room: "room", User: live.UserID(user)}}
}
