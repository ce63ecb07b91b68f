package actors

import (
	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// verdict is what becomes of a message that has been read.
type verdict uint8

const (
	verdictAnswer  verdict = iota // put it into words
	verdictAskRoom                // public: the room decides who answers
	verdictChatter                // nothing in it wants an answer
	verdictHuman                  // a person answers in this dialogue
	verdictLate                   // no answer would be in time
)

// decide is the policy for one message. What is private is answered, or asked back when it was not understood; what
// is public is answered only when it is surely a question, since a wrong word to the whole room costs more than none;
// but who shows an order, an address or a phone to everybody is always asked to go on in private.
func decide(s *UserState, now int64, p *pending) verdict {
	switch {
	case s.seat != "":
		return verdictHuman
	case now > p.deadline:
		return verdictLate
	case p.event.Type == live.Comment && dialogue.Discloses(p.reading):
		return verdictAskRoom
	case p.reading.Intent == live.IntentChatter && !p.reading.Unsure:
		return verdictChatter
	case p.event.Type != live.Comment && p.reading.Intent == live.IntentChatter && dialogue.Sticker(p.event.Text):
		return verdictChatter // not worth a question, whatever is open
	case p.event.Type != live.Comment:
		return verdictAnswer
	case p.reading.Unsure || !wantsAnswer(p.reading.Intent):
		return verdictChatter
	}
	return verdictAskRoom
}

// wantsAnswer tells whether a public comment of the intent is a question to the shop.
func wantsAnswer(i live.Intent) bool {
	return i.Domain() != live.Other || i == live.IntentHuman
}
