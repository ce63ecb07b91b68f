package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"liveroom/actors"
	"liveroom/engine/admin"
	"liveroom/engine/audit"
	"liveroom/engine/storage"
	"liveroom/nlp"
	"liveroom/scripts"
	"liveroom/transport"
	"liveroom/transport/front"
)

// Config is everything that can be set about one node. Its keys are the field names in snake case, joined by dots:
// transport.tcp_addr. See Load for where values come from.
type Config struct {
	Node      NodeConfig
	Shop      ShopConfig
	Access    AccessConfig
	Transport transport.Config
	Front     front.Config
	Actors    actors.Config
	NLP       nlp.Config
	Scripts   scripts.Config
	Storage   storage.Config
	Admin     admin.Config
	told      map[string]string // where keys have their values from, when Load has read them
	Audit     audit.Config
}

// NodeConfig is about the process.
type NodeConfig struct {
	// LogLevel is debug, info, warn or error. Default info.
	LogLevel string
	// LogFormat is text or json. Default text.
	LogFormat string
	// DrainBudget is how long an orderly stop may take before what is left is cut off. Default 20 s.
	DrainBudget time.Duration
	// DrainJitter spreads the reconnects of links that are told to go: each is given a random time up to this.
	// Default 5 s.
	DrainJitter time.Duration
}

// ShopConfig is about what is sold.
type ShopConfig struct {
	// Catalogue is the path of the shop's catalogue file, YAML, JSON or CSV; empty takes the demo shop. What was imported
	// through the admin side goes before it. Default empty.
	Catalogue string
	// Knowledge is the path of the shop's knowledge base, a YAML, JSON or CSV file of questions and answers; empty for none,
	// or for the demo shop's with the demo shop. What was imported through the admin side goes before it. Default empty.
	Knowledge string
	// KnowledgeThreshold is how much of a question must be as in the knowledge base for its answer to be given, from 0 to 1:
	// more gives fewer answers and fewer wrong ones. 0 takes the default, 0.6. Default 0.
	KnowledgeThreshold float64
	// Keywords is the path of the owner's keyword rules, a YAML list of {match: exact, prefix or contains; text; intent}:
	// a comment that matches is read as the intent, whatever the model thinks. A file with a fault is refused at the
	// start. Empty for none. Default empty.
	Keywords string
	// OpenRooms lets an ingest link open a room by speaking of it first. Default true.
	OpenRooms bool
}

// AccessConfig is about who may connect, and who may sign in.
type AccessConfig struct {
	// TokenKeyFile is the file that holds the key of link tokens, at least 32 bytes, or several as liveroom token --rotate
	// writes them, readable by its owner alone. A change is taken up within a second. Empty makes a key in the data folder
	// at the first start. Default empty.
	TokenKeyFile string
	// TokenLife is the longest life of a token that is accepted, from its making to its end. Default 24 h.
	TokenLife time.Duration
	// LinksPerToken is how many links one token may have at a time; 0 is no bound. Default 100.
	LinksPerToken int
	// HellosPerToken is how many hellos a second one token may say on the average; 0 is no bound. Default 10.
	HellosPerToken float64
	// SessionLife is how long a sign-in on the admin side holds at most. Default 12 h.
	SessionLife time.Duration
	// SessionIdle is how long a sign-in may rest before it ends. Default 30 m.
	SessionIdle time.Duration
	// SeatGrace is how long the link of a seat may be away, resuming its session or not, before the dialogues that it has
	// taken go back to the engine. Default 30 s.
	SeatGrace time.Duration
	// ConsoleGrace is the same for a person who has taken a dialogue over HTTP, counted from the last request and while no page
	// of his is open: browsers let a page in the background speak once a minute. Default 2 m.
	ConsoleGrace time.Duration
}

// Default returns the configuration of a node in service.
func Default() Config {
	c := Config{
		Node: NodeConfig{LogLevel: "info", LogFormat: "text", DrainBudget: 20 * time.Second, DrainJitter: 5 * time.Second},
		Shop: ShopConfig{OpenRooms: true},
		Access: AccessConfig{
			TokenLife: 24 * time.Hour, LinksPerToken: 100, HellosPerToken: 10, SessionLife: 12 * time.Hour, SessionIdle: 30 * time.Minute,
			SeatGrace: 30 * time.Second, ConsoleGrace: 2 * time.Minute,
		},
		Transport: transport.Default(),
		Front:     front.Default(),
		Actors:    actors.Default(),
		NLP:       nlp.Default(),
		Scripts:   scripts.Default(),
		Storage:   storage.Default(),
		Admin:     admin.Default(),
		Audit:     audit.Default(),
	}
	c.Storage.Dir = "data"
	return c
}

// Validate reports every value out of range, each by its key.
func (c Config) Validate() error {
	var errs []error
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Node.LogLevel)); err != nil {
		errs = append(errs, fmt.Errorf("node.log_level: %q, want debug, info, warn or error", c.Node.LogLevel))
	}
	if f := c.Node.LogFormat; f != "text" && f != "json" {
		errs = append(errs, fmt.Errorf("node.log_format: %q, want text or json", f))
	}
	if t := c.Shop.KnowledgeThreshold; !(t >= 0 && t <= 1) {
		errs = append(errs, fmt.Errorf("shop.knowledge_threshold: %v, want 0 to 1", t))
	}
	errs = append(errs, c.Access.validate())
	if c.Admin.TLS && !c.Front.On() {
		errs = append(errs, errors.New("admin.tls: there is no certificate; set front.cert_file and front.key_file"))
	}
	if c.Node.DrainBudget <= 0 {
		errs = append(errs, fmt.Errorf("node.drain_budget: %v, want more than 0", c.Node.DrainBudget))
	}
	if c.Node.DrainJitter < 0 {
		errs = append(errs, fmt.Errorf("node.drain_jitter: %v, want 0 or more", c.Node.DrainJitter))
	}
	for _, part := range []interface{ Validate() error }{c.Transport, c.Front, c.Actors, c.NLP, c.Scripts, c.Storage, c.Admin, c.Audit.In(c.Storage.Dir)} {
		errs = append(errs, part.Validate())
	}
	return errors.Join(errs...)
}
