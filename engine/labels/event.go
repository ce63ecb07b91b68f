package labels

import (
	"encoding/json"
	"fmt"
	"strings"

	"liveroom/engine/live"
)

// saying is what a label says beside the text and whose it is, as it stands in the note of its event. Names last longer
// than numbers.
type saying struct {
	Intent     string  `json:"intent"`
	Emotion    string  `json:"emotion,omitempty"`
	Sentiment  string  `json:"sentiment,omitempty"`
	Was        string  `json:"was,omitempty"`
	Confidence float32 `json:"confidence,omitempty"`
	Model      string  `json:"model,omitempty"`
	By         string  `json:"by"`
	Source     Source  `json:"source"`
	Withdrawn  bool    `json:"withdrawn,omitempty"`
}

// eventID is what the event of a message's label is called.
func (m *Message) eventID() live.EventID {
	return live.EventID(m.Key.Type.String() + " " + string(m.Key.ID))
}

// Event returns the fact by which a label is stored: with the room and user of the message, so that it is erased with them.
func (l *Label) Event() (*live.Event, error) {
	note, err := json.Marshal(saying{
		Intent: l.Intent.String(), Emotion: l.Emotion.String(), Sentiment: l.Sentiment.String(), Was: l.Was.String(),
		Confidence: l.Confidence, Model: l.Model, By: l.By, Source: l.Source, Withdrawn: l.Withdrawn,
	})
	if err != nil {
		return nil, fmt.Errorf("encode a label: %w", err)
	}
	e := l.Message.event()
	e.At, e.Text, e.Note = l.At, l.Text, string(note)
	return e, nil
}

// event returns the identity of the fact.
func (m *Message) event() *live.Event {
	return &live.Event{Type: live.MessageLabelled, ID: m.eventID(), Room: m.User.Room, User: m.User.User}
}

// Identity returns an event by which the stored label of a message is found.
func (m Message) Identity() *live.Event { return m.event() }

// FromEvent is the inverse of Label.Event. An intent that the taxonomy does not have any more is an error.
func FromEvent(e *live.Event) (Label, error) {
	kind, id, ok := strings.Cut(string(e.ID), " ")
	var s saying
	if err := json.Unmarshal([]byte(e.Note), &s); err != nil || !ok || e.Type != live.MessageLabelled {
		return Label{}, fmt.Errorf("stored label %.64q is none: %w", e.ID, ErrInput)
	}
	l := Label{
		Message: Message{User: e.UserKey(), Key: live.EventKey{Type: live.ParseEventType(kind), ID: live.EventID(id)}},
		Text:    e.Text, Intent: live.ParseIntent(s.Intent), Emotion: live.ParseEmotion(s.Emotion), Sentiment: live.ParseSentiment(s.Sentiment),
		Was: live.ParseIntent(s.Was), Confidence: s.Confidence, Model: s.Model, By: s.By, Source: s.Source, Withdrawn: s.Withdrawn, At: e.At,
	}
	if err := l.validate(); err != nil {
		return Label{}, fmt.Errorf("stored label: %w", err)
	}
	return l, nil
}
