package console

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// Sources are where the console has everything from. All are required; their methods may be called from any goroutine.
type Sources struct {
	Metrics   prometheus.Gatherer
	Node      Node
	Rooms     Rooms
	Dialogues Dialogues
	Actors    Actors
	Inside    Inside
	Letters   Letters
	Business  Business
	Links     Links
	Shelf     Shelf
	Bundle    ScriptBundle
	Answers   Answers
	Unsure    Unsure
	Access    Access
	Audit     Audit
	Messages  Messages

	Sentiments Sentiments

	Elsewhere []Described // routes of other parts; they are described, not served
}

// Node tells of the node as a whole. It reads what is there, and asks nobody.
type Node interface {
	// Status returns the node and its parts.
	Status() Status
	// Inference returns how texts are read.
	Inference() Inference
	// Card returns what people are to know of the model, as Markdown. It wraps ErrUnknown.
	Card() (string, error)
	// Scripts returns the reply scripts in force.
	Scripts() Scripts
	// Settings returns the configuration in force.
	Settings() []Setting
}

// Links tells of links.
type Links interface {
	// Each calls yield with every link until it returns false.
	Each(yield func(Link) bool)
	// Kick ends a link. It wraps ErrUnknown.
	Kick(session live.SessionID) error
}

// Rooms tells of rooms.
type Rooms interface {
	// Each calls yield with every room there is until it returns false.
	Each(yield func(live.RoomID) bool)
	// Figures returns the live numbers of a room.
	Figures(room live.RoomID) RoomFigures
	// State asks a room what it is about. It wraps ErrUnknown and ErrAway.
	State(ctx context.Context, room live.RoomID) (RoomState, error)
	// Watch calls see with each exchange of a room that ends from now on, until stop is called. see does not block.
	Watch(room live.RoomID, see func(Line)) (stop func())
	// Say says something to a whole room in the name of who asks, and returns once that is durable and said. It wraps
	// ErrInput for what may not be said, and ErrAway.
	Say(ctx context.Context, room live.RoomID, text string) error
}

// Sentiments tells how the messages of rooms were read.
type Sentiments interface {
	// Of returns the latest two hours of a room, up to now.
	Of(room live.RoomID, now time.Time) Sentiment
}

// Dialogues tells of single people, and lets a person speak to them.
type Dialogues interface {
	// Show returns what is kept of a user's dialogue. It wraps ErrUnknown and ErrAway.
	Show(ctx context.Context, k live.UserKey) (Dialogue, error)
	// Earlier returns what was said with a user before a place that an earlier call returned, 0 for the latest. It wraps
	// ErrUnknown and ErrAway.
	Earlier(ctx context.Context, k live.UserKey, before uint64) (Earlier, error)
	// Read returns how the present model reads a text.
	Read(ctx context.Context, text string) (Reading, error)
	// Do has a seat's act done: take, say or give_back. It returns once that is durable. It wraps ErrUnknown, ErrAway and ErrRefused.
	Do(ctx context.Context, k live.UserKey, act string, with SeatAct) error
}

// Actors tells of actors.
type Actors interface {
	// Each calls yield with every actor in memory until it returns false; it costs the actors nothing.
	Each(yield func(Actor) bool)
	// One returns one actor and its state as text; k without user is the room's. It wraps ErrUnknown and ErrAway.
	One(ctx context.Context, k live.UserKey) (Actor, string, error)
	// Touch restarts, passivates or stops an actor. It wraps ErrUnknown and ErrInput.
	Touch(ctx context.Context, k live.UserKey, deed string) error
}

// Inside tells what goes on inside of the house. It asks nobody.
type Inside interface {
	// Watch has the latest messages of an actor kept until stop is called; k without user is the room's.
	Watch(k live.UserKey) (stop func())
	// Latest returns an actor with those messages, the latest first. It wraps ErrUnknown.
	Latest(k live.UserKey) (Actor, []Handled, error)
	// Owners returns the parts that own something which actors ask for.
	Owners() []Owner
}

// Business tells what figures are made of, beside metrics.
type Business interface {
	// Ratings returns what users said of their dialogues since the start.
	Ratings() Ratings
	// Labelled counts messages whose meaning people have judged.
	Labelled(ctx context.Context) (Labelled, error)
	// Cases returns the latest dialogues behind a figure of Figures, the latest first; none when it has none.
	Cases(ctx context.Context, figure string) ([]Case, error)
}

// Letters are the messages that no actor took.
type Letters interface {
	// List returns those that are kept, the latest first.
	List() []Letter
	// Replay routes one again, once. It wraps ErrUnknown, ErrRefused and ErrAway.
	Replay(id uint64) error
}

// Access says who asks, and what he may.
type Access interface {
	// May tells whether who asks may do something, in a room when that is not "".
	May(ctx context.Context, act string, room live.RoomID) bool
	// Holds tells whether who asked may still ask; it does not count as a sign of life.
	Holds(ctx context.Context) bool
	// Room returns the only room that who looks may see, "" for all.
	Room(ctx context.Context) live.RoomID
}
