package console

import "liveroom/engine/live"

// EntrySketch is an entry of the knowledge base that somebody is writing, and where it is to be tried.
type EntrySketch struct {
	ID string `json:"id" minLength:"1" maxLength:"128"`
	EntryText
	Room live.RoomID `json:"room,omitempty" maxLength:"128" doc:"what its host shows is what is asked about"`
	Try  string      `json:"try,omitempty" maxLength:"500" doc:"a question to be asked beside those of the entry"`
}

// EntryChecked is what a check of an entry found.
type EntryChecked struct {
	Problems []Flaw      `json:"problems" doc:"why it cannot be saved"`
	Asked    []Rehearsal `json:"asked" doc:"questions as they would be answered; none while there are problems"`
	Product  string      `json:"product,omitempty" doc:"what is asked about"`
	Figures  RoomFigures `json:"figures" doc:"of the room, as they are now"`
}

// Rehearsal is one question with who would answer it.
type Rehearsal struct {
	Question string  `json:"question"`
	Intent   string  `json:"intent" doc:"what it is taken to mean"`
	By       string  `json:"by" enum:"this,other,script" doc:"the entry itself, another one, or the scripts"`
	Entry    string  `json:"entry,omitempty" doc:"of other"`
	Exact    bool    `json:"exact,omitempty" doc:"it is a question of the entry that answers"`
	Score    float64 `json:"score,omitempty" doc:"how alike it is, 0 to 1"`
	Text     string  `json:"text,omitempty" doc:"what is answered; left out of scripts"`
}
