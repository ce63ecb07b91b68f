package audit

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Config is what can be set about the log.
type Config struct {
	// Dir is the folder of the log, which holds nothing else; it is made, private to the owner, when missing. Empty takes
	// the folder audit in the data folder. Default empty.
	Dir string
	// HeadsFile are the files that signed heads of the log are appended to: the second place, without which nobody can tell
	// that the latest records were taken away. Put at least one where the node may append and nothing else, on another
	// machine, one for each node. Their folders are not made, so that a share that is not mounted is seen. Empty takes
	// audit-heads.jsonl in the data folder. Default empty.
	HeadsFile []string
	// HeadEvery is after how many records a head is written, HeadAfter how long after a record at the latest. Defaults 64
	// and 10 s.
	HeadEvery int
	HeadAfter time.Duration
	// FileBytes is how long a file of the log grows before the next one is begun. Default 16 MiB.
	FileBytes int64
	// Keep is how long records are kept: a file of the log whose records are all older is removed, but for the last two,
	// after a signed cut that names its last record went to every place of the heads, so that Verify tells it from one that
	// somebody took away. At least 180 days (4320h), as network-security law asks for logs. 0 is for ever. Default 730 days
	// (17520h).
	Keep time.Duration

	// Seal seals a personal value so that it can be read again by whoever has the key; its text, of letters, digits, dash and
	// underscore, stands beside the pseudonym. It does not block. nil leaves the pseudonym alone. An error refuses the act.
	Seal func(Subject) (string, error)
	// Sealed has the keys stored that Seal has used, before what it returned is written; it may wait. Its error refuses an act
	// that tells of somebody whose key is not stored, or holds it back when it was noted. nil for nothing.
	Sealed func() error
	// Waits goes with Sealed: it tells whether the key of what Seal returned is not stored yet. It does not block. nil when
	// none ever is.
	Waits func(sealed string) bool
	// KeepHead, when set, keeps the latest head, a line of JSON, in a further second place. It may wait, and may fail: it is
	// tried again.
	KeepHead func(ctx context.Context, line []byte) error
	// HeadsKept, when set, returns what KeepHead has kept, the latest first.
	HeadsKept func(ctx context.Context) ([][]byte, error)
	// BeforeWrite is called before each write; its error keeps the records out. For tests.
	BeforeWrite func() error
}

// Default returns the settings of a node in service.
func Default() Config {
	return Config{HeadEvery: 64, HeadAfter: 10 * time.Second, FileBytes: 16 << 20, Keep: 730 * 24 * time.Hour}
}

const (
	minFileBytes = 64 << 10
	maxFileBytes = 1 << 30
	leastKeep    = 180 * 24 * time.Hour
)

// Validate reports every value out of range, each by its key.
func (c Config) Validate() error {
	var errs []error
	if c.HeadEvery < 1 {
		errs = append(errs, fmt.Errorf("audit.head_every: %d, want 1 or more", c.HeadEvery))
	}
	if c.HeadAfter <= 0 {
		errs = append(errs, fmt.Errorf("audit.head_after: %v, want more than 0", c.HeadAfter))
	}
	if c.FileBytes < minFileBytes || c.FileBytes > maxFileBytes {
		errs = append(errs, fmt.Errorf("audit.file_bytes: %d, want %d to %d", c.FileBytes, minFileBytes, maxFileBytes))
	}
	if c.Keep != 0 && c.Keep < leastKeep {
		errs = append(errs, fmt.Errorf("audit.keep: %v, want %v (180 days) or more, or 0 for ever", c.Keep, leastKeep))
	}
	for _, f := range c.HeadsFile {
		switch {
		case strings.TrimSpace(f) == "":
			errs = append(errs, errors.New("audit.heads_file: an empty name; name a file, or leave the setting out"))
		case c.Dir != "" && within(f, c.Dir):
			errs = append(errs, fmt.Errorf("audit.heads_file: %s is in the folder of the log; want a second place", f))
		}
	}
	return errors.Join(errs...)
}

// within tells whether a file is in a folder or below.
func within(file, dir string) bool {
	f, err1 := filepath.Abs(file)
	d, err2 := filepath.Abs(dir)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(d, f)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// In returns the settings with what is empty filled in for a data folder.
func (c Config) In(data string) Config {
	if c.Dir == "" {
		c.Dir = filepath.Join(data, "audit")
	}
	if len(c.HeadsFile) == 0 {
		c.HeadsFile = []string{filepath.Join(data, "audit-heads.jsonl")}
	}
	return c
}
