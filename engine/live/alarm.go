package live

// AlarmKind says what an Alarm is about.
type AlarmKind string

// The kinds of alarms.
const (
	AlarmHost    AlarmKind = "host"    // what the room asks, for the host
	AlarmSuggest AlarmKind = "suggest" // an answer that was not given, for a person to give

	AlarmHandover AlarmKind = "handover" // a dialogue that a person is to take
	AlarmLine     AlarmKind = "line"     // what a user wrote in a dialogue that a person has taken
)

// Alarm is something that the seats of a room are shown.
type Alarm struct {
	Kind AlarmKind
	Room RoomID
	At   int64 // Unix milliseconds

	Top           []AlarmTopic // host: the most asked first
	Viewers, Sold int64        // host: as known, Absent when not

	Dialogue DialogueID // suggest: whose question it answers; handover: which is to be taken; line: which it is of
	Text     string     // suggest: the answer; handover, line: what the user wrote
	To       EventID    // suggest, handover, line: the event of the user
	Reason   Reason     // handover: why
	Scope    Scope      // line: whether the room has read it too
}

// AlarmTopic is one thing that a room asks.
type AlarmTopic struct {
	Intent  Intent
	Product ProductID // "" when the question names none
	Link    int       // the product's link number, 0 when it has none
	Count   int64     // how many different people asked
	Stock   int64     // pieces of the product that can be offered, Absent when not known
	AgeMs   int64     // how old the figure of the stock is
}
