package console

import "liveroom/engine/live"

// What the console shows, as it goes out. A figure that is not known is left out: it is never shown as 0. Times are Unix
// milliseconds.

// Status is the node and its parts.
type Status struct {
	Version string `json:"version"`
	Ready   string `json:"ready" doc:"ready, or why not"`
	Started int64  `json:"started"`
	Shop    string `json:"shop"`
	Parts   []Part `json:"parts"`
}

// Part is how one part of the node is doing.
type Part struct {
	Name  string `json:"name"`
	State string `json:"state" enum:"ok,degraded,failing"`
	Note  string `json:"note,omitempty" doc:"cause and cure of what is wrong with it, with what the system said"`
	// Advice is Note for people of the shop.
	Advice string `json:"advice,omitempty" doc:"the same in Chinese"`
}

// The states of a part.
const (
	PartOK       = "ok"
	PartDegraded = "degraded"
	PartFailing  = "failing"
)

// RoomFigures are the live numbers of a room.
type RoomFigures struct {
	Viewers *int64 `json:"viewers,omitempty"`
	Sold    *int64 `json:"sold,omitempty"`
	Showing string `json:"showing,omitempty" doc:"SKU the host presents"`
	Product string `json:"product,omitempty" doc:"its product's name"`
	Stock   *int64 `json:"stock,omitempty" doc:"pieces of that product"`
	StockAt int64  `json:"stock_at,omitempty"`
}

// RoomState is what a room is about.
type RoomState struct {
	Mode       string     `json:"mode" enum:"auto,suggest,paused"`
	Muted      []Muted    `json:"muted"`
	Top        []Question `json:"top"`
	Answers    int        `json:"answers"`
	LastMinute int        `json:"last_minute" doc:"public replies of the last minute"`
	PerMinute  int        `json:"per_minute" doc:"as many as there may be"`
}

// Sentiment is how a room's messages were read over the latest two hours.
type Sentiment struct {
	Minutes map[int64]MinuteSentiment `json:"minutes" doc:"by the time at which the minute begins; one in which nothing was read is left out"`
	Full    bool                      `json:"full,omitempty" doc:"nothing is counted, since the node keeps as many other rooms as it may"`
}

// MinuteSentiment is how many messages of one minute were read as what.
type MinuteSentiment struct {
	Positive uint32 `json:"positive"`
	Neutral  uint32 `json:"neutral"`
	Negative uint32 `json:"negative"`
}

// Muted is a user who gets no public answer.
type Muted struct {
	User  string `json:"user"`
	Until int64  `json:"until,omitempty" doc:"left out when it has no end"`
}

// Question is what people ask about.
type Question struct {
	Intent  string `json:"intent"`
	Product string `json:"product,omitempty"`
	Askers  int    `json:"askers"`
}

// Guess is one candidate of a reading.
type Guess struct {
	Intent string  `json:"intent"`
	P      float32 `json:"p"`
	Limit  float32 `json:"limit,omitempty" doc:"what it had to reach; left out when that is not known"`
}

// Reading is what a text was taken to mean.
type Reading struct {
	Intent     string   `json:"intent"`
	Confidence float32  `json:"confidence"`
	Unsure     bool     `json:"unsure,omitempty"`
	Top        []Guess  `json:"top,omitempty"`
	Emotion    string   `json:"emotion,omitempty"`
	Sentiment  string   `json:"sentiment,omitempty"`
	DecidedBy  string   `json:"decided_by,omitempty"`
	Model      string   `json:"model,omitempty"`
	Entities   []Entity `json:"entities,omitempty"`
}

// Entity is something named in a text.
type Entity struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Norm  string `json:"norm,omitempty"`
	Unit  string `json:"unit,omitempty"`
}

// Answer is what was said.
type Answer struct {
	Text    string `json:"text"`
	By      string `json:"by"`
	Scope   string `json:"scope,omitempty"`
	Script  string `json:"script,omitempty"`
	Variant string `json:"variant,omitempty"`
	Count   int64  `json:"count,omitempty"`
}

// Line is one exchange of a room as it ended.
type Line struct {
	ID      string      `json:"id"`
	At      int64       `json:"at"`
	User    live.UserID `json:"user"`
	Name    string      `json:"name,omitempty"`
	Type    string      `json:"type" enum:"comment,message,take,say,give_back"`
	Text    string      `json:"text"`
	Reading *Reading    `json:"reading,omitempty"`
	Outcome string      `json:"outcome,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	Joined  string      `json:"joined,omitempty" doc:"the reply it joined"`
	Reply   *Answer     `json:"reply,omitempty"`
	TookMs  int64       `json:"took_ms"`
	Traced  bool        `json:"traced,omitempty" doc:"its way through the node can be looked at"`
}

// Turn is one exchange of a dialogue.
type Turn struct {
	At      int64    `json:"at"`
	Type    string   `json:"type,omitempty"`
	Text    string   `json:"text"`
	Intent  string   `json:"intent,omitempty"`
	Outcome string   `json:"outcome,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	Reply   *Answer  `json:"reply,omitempty"`
	Reading *Reading `json:"reading,omitempty"`
	TookMs  *int64   `json:"took_ms,omitempty"`
	ID      string   `json:"id,omitempty" doc:"left out when it is not kept any more"`
	Masked  bool     `json:"masked,omitempty" doc:"something personal is masked in it"`
	Traced  bool     `json:"traced,omitempty" doc:"its way through the node can be looked at"`
	Label   *Label   `json:"label,omitempty" doc:"what a person said that it means"`
}

// Slot is one thing that a dialogue keeps in mind.
type Slot struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Text  string `json:"text,omitempty" doc:"what the shop calls a product or a SKU; left out for what it does not have any more"`
}

// Dialogue is what is kept of a user's dialogue.
type Dialogue struct {
	Room    live.RoomID `json:"room"`
	User    live.UserID `json:"user"`
	Turns   []Turn      `json:"turns" doc:"the latest last"`
	Slots   []Slot      `json:"slots"`
	Open    []Slot      `json:"open" doc:"what the engine waits for"`
	Mood    float64     `json:"mood" doc:"1 furious to 5 delighted"`
	Seat    string      `json:"seat,omitempty" doc:"who has taken it"`
	Mine    bool        `json:"mine" doc:"who asks has taken it"`
	Private bool        `json:"private" doc:"there is a private link to speak on"`
	Pending int         `json:"pending"`
}

// Earlier is a page of what was said in a dialogue, from what is stored.
type Earlier struct {
	Turns  []Turn `json:"turns" doc:"the latest last"`
	Before uint64 `json:"before,omitempty" doc:"ask with this for what was said before; left out when nothing is kept from before"`
	At     int64  `json:"at,omitempty" doc:"how far back was looked: a page may have no turns, and there may be some before it"`
}

// SeatAct is what a person does in a dialogue.
type SeatAct struct {
	Text string `json:"text,omitempty" maxLength:"2000" doc:"of say"`
	Note string `json:"note,omitempty" maxLength:"500" doc:"of give_back"`
}

// Actor is one actor in memory.
type Actor struct {
	Kind     string      `json:"kind" enum:"user,room"`
	Room     live.RoomID `json:"room"`
	User     live.UserID `json:"user,omitempty"`
	Mailbox  int64       `json:"mailbox" doc:"messages waiting"`
	Handled  uint64      `json:"handled"`
	MeanUs   float64     `json:"mean_us" doc:"mean time of a message, microseconds"`
	Restarts uint64      `json:"restarts"`
	Active   int64       `json:"active" doc:"its latest message"`
	Rate     *float64    `json:"rate,omitempty" doc:"messages a second; left out until it was looked at twice"`
}

// Link is one open link.
type Link struct {
	Session live.SessionID `json:"session"`
	Role    string         `json:"role"`
	Room    live.RoomID    `json:"room,omitempty"`
	User    live.UserID    `json:"user,omitempty"`
	Remote  string         `json:"remote"`
	Carrier string         `json:"carrier" enum:"tcp,ws"`
	In      uint64         `json:"in" doc:"frames"`
	Out     uint64         `json:"out" doc:"frames"`
	Outbox  int64          `json:"outbox" doc:"bytes not taken yet"`
	Most    int64          `json:"most" doc:"as many bytes as it may leave before it is sent away"`
	Slow    bool           `json:"slow,omitempty" doc:"it leaves more than half of that"`
	RateIn  *float64       `json:"rate_in,omitempty" doc:"frames a second; left out until it was looked at twice"`
	RateOut *float64       `json:"rate_out,omitempty"`
	Since   int64          `json:"since"`
}

// Inference is how texts are read.
type Inference struct {
	Model     string  `json:"model" doc:"version in use, empty when there is none"`
	Created   string  `json:"created,omitempty"`
	Runtime   bool    `json:"runtime" doc:"the trained part is in use"`
	Sentiment bool    `json:"sentiment"`
	Degraded  string  `json:"degraded,omitempty"`
	Refused   string  `json:"refused,omitempty"`
	Waiting   int     `json:"waiting"`
	Running   int     `json:"running"`
	Limit     int     `json:"limit"`
	HitRate   float64 `json:"hit_rate"`
}

// Scripts are the reply scripts in force.
type Scripts struct {
	Digest  string   `json:"digest"`
	Loaded  int64    `json:"loaded"`
	Texts   int      `json:"texts"`
	Refused string   `json:"refused,omitempty" doc:"why the latest bundle was refused"`
	List    []Script `json:"list"`
	// Folder and Files are of the shop's own scripts.
	Folder string   `json:"folder,omitempty" doc:"where they are; left out when the node has none, and scripts cannot be edited"`
	Files  []string `json:"files" doc:"what is in it, in force or not"`
}

// Script is one reply script.
type Script struct {
	Name    string   `json:"name"`
	File    string   `json:"file"`
	Own     bool     `json:"own" doc:"the shop's own rather than of the library"`
	Intents []string `json:"intents,omitempty"`
	Topics  []string `json:"topics,omitempty"`
	Texts   []string `json:"texts"`
	// Variants and Said are, text by text, its name and how often it was put into a reply since the start.
	Variants []string `json:"variants"`
	Said     []uint64 `json:"said"`
}

// Setting is one key of the configuration.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source" enum:"default,file,environment,flag"`
}
