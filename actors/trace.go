package actors

import (
	"time"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// Stage is a place on a message's way through the node.
type Stage uint8

// The stages, in the order in which a message passes them; not every message passes all.
const (
	StageDecode  Stage = iota + 1 // received on its link, decoded and admitted
	StageMailbox                  // in the mailbox of its user
	StageBatch                    // its text waits to be read
	StageModel                    // it is in a run of the model
	StageBack                     // its reading waits in the mailbox of its user
	StageRoom                     // the room is asked who answers
	StageStep                     // decided about and put into words
	StageCommit                   // its outcome is made durable
	StageSend                     // handed to the outboxes of links
	stages                        // one past the last
)

var stageNames = [stages]string{
	StageDecode: "decode", StageMailbox: "mailbox", StageBatch: "batch", StageModel: "model", StageBack: "back", StageRoom: "room",
	StageStep: "step", StageCommit: "commit", StageSend: "send",
}

// String returns the stage's name.
func (s Stage) String() string {
	if s < stages {
		return stageNames[s]
	}
	return ""
}

// Span is the time a message spent in one stage.
type Span struct {
	Stage    Stage
	From, To time.Time
}

// Trace is the way of one message through the node, and what its reply rests on. There is one only for a message that came
// while somebody watched its room. It passes from hand to hand with its message, and is complete, and changed no more, once
// it is in a [Seen].
type Trace struct {
	Begin   time.Time // when it was received
	Spans   []Span    // in order
	Mailbox int64     // messages that waited in its user's mailbox when it came
	Read    ReadNote
	Before  dialogue.State // what the dialogue kept in mind when it was decided about
	After   dialogue.State // and when it had ended
	Topic   string         // of the plan: the occasion that the reply stands for, "" for the intent's own
	Lead    string         // what the plan wanted said before
	Tail    string         // and after
	Basis   Basis

	note      *ReadNote // that the reader fills; it is Read once the reading is here
	asked     time.Time // to be read, or to be ruled on
	submitted time.Time // to the journal
}

// ReadNote is how a text was read, as its reader notes it for who watches.
type ReadNote struct {
	From         string     // keyword, cache, model, or why it was read without the model
	Waiting      int        // texts that waited for the model when it came
	Batch        int        // texts in its run of the model, 0 for none
	Began, Ended time.Time  // of that run; zero for none
	Match, Rule  string     // how the shop's keyword rule that decided matched, and what; "" when none did
	Thresholds   [3]float32 // what the confidence of each candidate must reach, 0 when that is not known
}

// NotingReader is a Reader that can note how it reads. The note is complete when done is called.
type NotingReader interface {
	SubmitNoted(shop live.ShopID, text string, deadline time.Time, note *ReadNote, done func(*live.Reading))
}

// Basis is what a reply rests on, as its composer notes it for who watches.
type Basis struct {
	Book    string // version of the scripts in force
	Said    []Said
	Figures []BasisFigure
	Entry   *BasisEntry // nil when the shop's knowledge did not answer
}

// Said is one sentence of a reply.
type Said struct {
	Part    string // main, also, lead or tail
	Topic   string // the occasion, "" for an intent's own script
	Script  string
	Variant string
}

// BasisFigure is a live number that a reply says or rests on.
type BasisFigure struct {
	Name    string
	Value   int64
	Age     time.Duration // when it was said
	Limit   time.Duration // the age up to which it is said; 0 when that is not known
	Version uint64        // of the snapshot it came from
}

// BasisEntry is the entry of the shop's knowledge that answered.
type BasisEntry struct {
	ID      string
	Version uint64
	Exact   bool    // the very question
	Score   float64 // how alike the questions are, 0 to 1
}

// span notes a stage. It is for a nil Trace too.
func (t *Trace) span(s Stage, from, to time.Time) {
	if t == nil || from.IsZero() {
		return
	}
	t.Spans = append(t.Spans, Span{s, from, to})
}

// read notes that the reading is here.
func (t *Trace) read(now time.Time) {
	if t == nil {
		return
	}
	from := t.asked
	if t.note != nil {
		t.Read = *t.note
	}
	if r := &t.Read; !r.Began.IsZero() {
		t.span(StageBatch, from, r.Began)
		t.span(StageModel, r.Began, r.Ended)
		from = r.Ended
	}
	t.span(StageBack, from, now)
}

// last returns the stage passed last, 0 for none.
func (t *Trace) last() Stage {
	if len(t.Spans) == 0 {
		return 0
	}
	return t.Spans[len(t.Spans)-1].Stage
}
