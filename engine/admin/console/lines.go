package console

import (
	"slices"
	"strings"

	"liveroom/engine/live"
)

// maxWord is how many bytes a word may have that lines are filtered by.
const maxWord = 128

// LineFilter says which lines of a room are wanted: those for which all that is set holds. It is part of a subscription, so that
// what it leaves out is neither kept, nor counted as too many, nor sent.
type LineFilter struct {
	Q         string `json:"q" doc:"in the text, the reply, the user or the intent, in any case"`
	Outcome   string `json:"outcome"`
	Type      string `json:"type"`
	Sentiment string `json:"sentiment"`
}

var (
	lineOutcomes   = []string{live.Replied.String(), live.Merged.String(), live.HandedOver.String(), live.Quiet.String(), live.Shed.String()}
	lineTypes      = []string{"comment", "message", "take", "say", "give_back"}
	lineSentiments = []string{"positive", "neutral", "negative"}
)

// read returns the filter as it is compared with lines. What cannot be meant is an error that names what can.
func (f LineFilter) read() (LineFilter, error) {
	if len(f.Q) > maxWord {
		return f, inputError("q: %d bytes; want at most %d", len(f.Q), maxWord)
	}
	for _, of := range []struct {
		field, value string
		want         []string
	}{{"outcome", f.Outcome, lineOutcomes}, {"type", f.Type, lineTypes}, {"sentiment", f.Sentiment, lineSentiments}} {
		if of.value != "" && !slices.Contains(of.want, of.value) {
			return f, inputError("%s: there is no %.32q; want %s", of.field, of.value, strings.Join(of.want, ", "))
		}
	}
	f.Q = strings.ToLower(strings.TrimSpace(f.Q))
	return f, nil
}

// wants tells whether a line is wanted. It runs where lines come about: what costs least is looked at first.
func (f *LineFilter) wants(l *Line) bool {
	switch {
	case f.Outcome != "" && l.Outcome != f.Outcome:
		return false
	case f.Type != "" && l.Type != f.Type:
		return false
	case f.Sentiment != "" && (l.Reading == nil || l.Reading.Sentiment != f.Sentiment):
		return false
	}
	return f.Q == "" || f.says(l)
}

func (f *LineFilter) says(l *Line) bool {
	if f.in(l.Text) || f.in(string(l.User)) || f.in(l.Name) || l.Reply != nil && f.in(l.Reply.Text) {
		return true
	}
	return l.Reading != nil && (f.in(l.Reading.Intent) || f.in(live.ParseIntent(l.Reading.Intent).Title()))
}

func (f *LineFilter) in(text string) bool { return strings.Contains(strings.ToLower(text), f.Q) }
