package live

// Decider says which stage read a text.
type Decider uint8

// The stages, in the order in which they are tried.
const (
	DecidedByKeyword Decider = iota + 1 // a shop's own keyword rule
	DecidedByModel                      // the trained model, from the cache or fresh
	DecidedByLinear                     // the linear model in pure Go
	DecidedByRules                      // the built-in keywords
)

var deciders = [...]string{DecidedByKeyword: "keyword", DecidedByModel: "model", DecidedByLinear: "linear", DecidedByRules: "rules"}

// String returns the wire name, "" for none.
func (d Decider) String() string {
	if int(d) < len(deciders) {
		return deciders[d]
	}
	return ""
}

// Guess is one candidate of a reading.
type Guess struct {
	Intent Intent
	P      float32 // calibrated, 0 to 1
}

// Entity is something named in a text.
type Entity struct {
	Kind       string // product, size, color, quantity, body, order_id, phone, city, competitor, money, date
	Value      string // as written
	Start, End int    // rune offsets into the original text, half-open
	Norm       string // normalised value
	Unit       string // unit of Norm: "link" for a link number, "piece", "kg", "cm", "fen" …; "" when it has none
}

// Reading is what a text was taken to mean. It is immutable and may be shared by everyone who asked about the same text.
type Reading struct {
	Intent     Intent // the best guess; IntentUnknown when there is none
	Confidence float32
	Unsure     bool // below the threshold of its intent
	Top        [3]Guess
	Emotion    Emotion
	Sentiment  Sentiment
	Entities   []Entity
	DecidedBy  Decider
	Model      string // version of the model that decided, "" for rules
}
