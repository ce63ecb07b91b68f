package wire

import (
	"encoding/json"

	"liveroom/engine/live"
)

// Handover is what a seat gets that has taken a dialogue. People's words in it are masked by who fills it.
type Handover struct {
	Type     string          `json:"type"`
	Dialogue live.DialogueID `json:"dialogue"`
	Room     live.RoomID     `json:"room"`
	User     live.UserID     `json:"user"`
	At       int64           `json:"at"` // Unix milliseconds
	Reason   live.Reason     `json:"reason,omitempty"`
	Mood     float64         `json:"mood"`
	History  []HandoverLine  `json:"history"` // the oldest first
	Slots    []HandoverSlot  `json:"slots"`
}

// HandoverLine is one line of a dialogue.
type HandoverLine struct {
	Who    string       `json:"who"` // user, engine or seat
	At     int64        `json:"at"`  // Unix milliseconds
	Text   string       `json:"text,omitempty"`
	Script string       `json:"script,omitempty"`
	ID     live.EventID `json:"id,omitempty"`
}

// HandoverSlot is one thing that a dialogue keeps in mind.
type HandoverSlot struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Text  string `json:"text,omitempty"`
}

// AppendHandover appends a taken dialogue.
func AppendHandover(dst []byte, h *Handover) []byte {
	own := *h
	own.Type = "handover"
	if own.History == nil {
		own.History = []HandoverLine{}
	}
	if own.Slots == nil {
		own.Slots = []HandoverSlot{}
	}
	frame, err := json.Marshal(&own)
	if err != nil {
		panic("wire: a handover of plain fields does not encode: " + err.Error())
	}
	return append(dst, frame...)
}
