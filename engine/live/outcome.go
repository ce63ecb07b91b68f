package live

// Outcome is how an accepted comment or message ended. Each ends in exactly one.
type Outcome uint8

// The outcomes.
const (
	Replied Outcome = iota + 1
	Merged
	HandedOver
	Quiet
	Shed
	outcomes // one past the last
)

var outcomeNames = [outcomes]string{Replied: "replied", Merged: "merged", HandedOver: "handed_over", Quiet: "quiet", Shed: "shed"}

// String returns the wire name.
func (o Outcome) String() string {
	if o < outcomes {
		return outcomeNames[o]
	}
	return ""
}

// ParseOutcome returns the outcome with the given wire name, or 0.
func ParseOutcome(name string) Outcome {
	for o := Replied; o < outcomes; o++ {
		if outcomeNames[o] == name {
			return o
		}
	}
	return 0
}

// Outcomes returns every outcome in order.
func Outcomes() []Outcome { return []Outcome{Replied, Merged, HandedOver, Quiet, Shed} }

// Answers tells whether who wrote is told a reply: what is handed over is answered by a line that says so.
func (o Outcome) Answers() bool { return o == Replied || o == HandedOver }

// Reason says why an outcome is quiet, handed over or shed; for shed it is the name of a Code.
type Reason string

// Why a dialogue is handed over to a person.
const (
	BecauseAsked   Reason = "asked"   // the user wants one
	BecauseUnclear Reason = "unclear" // the user was not understood again and again
	BecauseOrder   Reason = "order"   // one order is to be looked up
	// BecauseSeatGone is also why a dialogue goes back to the engine: the seat that had it has been away for too long.
	BecauseSeatGone Reason = "seat_gone"
)

// Why a message was deliberately left unanswered.
const (
	BecauseChatter     Reason = "chatter"      // nothing in it wants an answer
	BecauseHumanActive Reason = "human_active" // a person has taken the dialogue
	BecauseStale       Reason = "stale"        // it came back from storage too late to be worth an answer
	BecauseMuted       Reason = "muted"        // the room or the user is muted
	BecauseRate        Reason = "rate"         // the room's cap of public replies
	BecauseSuggested   Reason = "suggested"    // the answer went to the seats only
	BecausePaused      Reason = "paused"       // the room's replies are switched off
)

// Scope is who sees a reply.
type Scope uint8

// The scopes.
const (
	Private Scope = iota + 1
	Public
)

// String returns the wire name.
func (s Scope) String() string {
	switch s {
	case Private:
		return "private"
	case Public:
		return "public"
	}
	return ""
}

// Author says what wrote a reply.
type Author string

// The authors of replies.
const (
	ByScript    Author = "script"
	ByKnowledge Author = "knowledge"
	ByDialogue  Author = "dialogue"
	ByFallback  Author = "fallback"
	ByHuman     Author = "human"
)

// Reply is an answer on its way out.
type Reply struct {
	ID         ReplyID
	To         EventID
	Room       RoomID
	User       UserID
	Dialogue   DialogueID
	Text       string
	Scope      Scope
	Intent     Intent
	Confidence float64
	Emotion    Emotion
	By         Author
	Decided    Decider // which stage read the intent
	Script     string  // name of the script used, "" when none
	Variant    string  // variant of the script, "" when it has one
	Count      int64   // how many askers a closing reply speaks for, 0 when it is for one
	TookMs     int64   // from receipt to the hand-over for commit
	HandedOver bool    // it says that a person takes over, and the seats have been told
}
