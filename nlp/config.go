package nlp

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Config says how texts are read. The zero value of a field means its default where one is named.
type Config struct {
	// ModelDir is the directory of the model's files; "" starts without one, on the built-in keywords.
	ModelDir string
	// Load opens the trained part of a model; nil leaves it away, so that the linear model decides.
	Load Loader
	// LoadSentiment opens the part that tells sentiment, of a model that has one; nil leaves it away.
	LoadSentiment Loader
	// Watch is how often the manifest in ModelDir is looked at for a new model, which is put in place of the running
	// one; 0 never looks. Default 2 s.
	Watch time.Duration
	// Workers is how many batches run at once; 0 is one per core.
	Workers int
	// MaxBatch is the most texts of one batch, 1 to 64; 0 is 16.
	MaxBatch int
	// QueueLimit is how many texts may wait for the model; 0 is 4096. Beyond it the linear model answers at once.
	QueueLimit int
	// CacheEntries is how many model results are kept; 0 switches the cache off. Default sets 50,000.
	CacheEntries int
	// Margin is how long before its deadline a text still unread by the model is taken over by the linear model;
	// 0 is 300 ms.
	Margin time.Duration
}

// minWatch keeps the watch from being a load of its own.
const minWatch = 10 * time.Millisecond

// Default returns the settings of a node: no model yet, a look for a new one every 2 s, a worker per core, batches of
// 16, 50,000 cached results.
func Default() Config {
	c := Config{CacheEntries: 50_000, Watch: 2 * time.Second}.filled()
	c.Workers = 0 // the same settings on every machine
	return c
}

func (c Config) filled() Config {
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.MaxBatch == 0 {
		c.MaxBatch = 16
	}
	if c.QueueLimit == 0 {
		c.QueueLimit = 4096
	}
	if c.Margin == 0 {
		c.Margin = 300 * time.Millisecond
	}
	return c
}

// Validate reports every setting that cannot be used.
func (c Config) Validate() error {
	var bad []error
	within := func(name string, value, low, high int) {
		if value < low || value > high {
			bad = append(bad, fmt.Errorf("nlp: %s is %d, must be %d to %d", name, value, low, high))
		}
	}
	within("workers", c.Workers, 0, 1024)
	within("max batch", c.MaxBatch, 0, 64)
	within("queue limit", c.QueueLimit, 0, 1<<20)
	within("cache entries", c.CacheEntries, 0, 100_000_000)
	if c.Margin < 0 || c.Margin > time.Minute {
		bad = append(bad, fmt.Errorf("nlp: margin is %v, must be 0 to 1m", c.Margin))
	}
	if c.Watch != 0 && (c.Watch < minWatch || c.Watch > time.Hour) {
		bad = append(bad, fmt.Errorf("nlp: watch is %v, must be 0 or %v to 1h", c.Watch, minWatch))
	}
	return errors.Join(bad...)
}
