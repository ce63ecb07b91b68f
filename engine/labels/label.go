package labels

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"liveroom/engine/live"
)

// Message names one message of a room.
type Message struct {
	User live.UserKey
	Key  live.EventKey
}

// Source says how a label came about.
type Source string

// The sources.
const (
	Corrected Source = "corrected" // somebody put a reading right, in a dialogue
	Labelled  Source = "labelled"  // somebody went through lines that were not understood
)

// Label is what a person says that a message means.
type Label struct {
	Message
	Text string // as it was written

	Intent    live.Intent
	Emotion   live.Emotion   // 0 when nobody judged it
	Sentiment live.Sentiment // 0 when nobody judged it

	Was        live.Intent // what it had been read as, 0 when that is not known
	Confidence float32     // of that reading
	Model      string      // the version that read it, "" when none did or that is not known

	// Withdrawn tells that what was said is taken back: nothing is said of the message any more, and its text is not kept.
	Withdrawn bool

	By     string // the account of who says so
	Source Source
	At     int64 // when it was said, Unix milliseconds; set by Add, and of no two labels the same
}

// Bounds of a label.
const (
	maxText = 4000 // characters; no message is longer
	maxName = 256  // bytes, of an account or a model version
)

func (l *Label) validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrInput, fmt.Sprintf(format, args...))
	}
	switch {
	case l.User.Room == "" || l.User.User == "":
		return bad("user: a label is of a message that somebody wrote in a room; name both")
	case !l.Key.Type.Answerable() || l.Key.ID == "":
		return bad("message: want the id of a comment or a message")
	case l.Withdrawn && (l.Text != "" || l.Intent != 0):
		return bad("withdrawn: what is taken back says nothing; leave its text and intent out")
	case !l.Withdrawn && strings.TrimSpace(l.Text) == "" || !utf8.ValidString(l.Text):
		return bad("text: there is nothing to be labelled; a line needs words")
	case utf8.RuneCountInString(l.Text) > maxText:
		return bad("text: longer than %d characters; no message is", maxText)
	case !l.Withdrawn && l.Intent.String() == "":
		return bad("intent: there is no such intent; GET /v1/taxonomy lists them")
	case l.Was != 0 && l.Was.String() == "":
		return bad("was: there is no such intent; leave it out when it is not known")
	case l.Emotion != 0 && l.Emotion.String() == "":
		return bad("emotion: there is no such emotion; leave it out when nobody judged it")
	case l.Sentiment != 0 && l.Sentiment.String() == "":
		return bad("sentiment: there is no such sentiment; leave it out when nobody judged it")
	case l.By == "" || len(l.By) > maxName || len(l.Model) > maxName:
		return bad("by: a label tells whose it is, in at most %d bytes", maxName)
	case l.Source != Corrected && l.Source != Labelled:
		return bad("source: want %s or %s", Corrected, Labelled)
	}
	return nil
}
