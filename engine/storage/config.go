package storage

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"liveroom/engine/storage/seal"
)

// Config says where and how the store keeps things. A zero field means its default, but for KeepUsers; Dir has none.
type Config struct {
	// Dir is the folder of the database and of what else the node keeps; it is made, private to the owner, when missing.
	Dir string
	// DSN names a PostgreSQL database to keep everything in, as a URL or as key=value, without a password: for one that asks
	// for none, or finds it in ~/.pgpass. Dir then holds the node's other files. Empty keeps everything in Dir, with SQLite.
	// Default empty.
	DSN string
	// DSNFile is a file that holds the DSN, with a password; its owner alone may read it. Default empty.
	DSNFile string
	// CommitEvery is the least time between the starts of two group commits of fewer than CommitAt entries. Default 10 ms.
	CommitEvery time.Duration
	// CommitAt is how many queued entries end the wait; a message makes two. Larger groups cost little less an entry. Default 200.
	CommitAt int
	// MaxGroup is how many entries one commit takes at most. Default 2,048.
	MaxGroup int
	// QueueLimit is how many entries may wait or be under way. Default 65,536.
	QueueLimit int
	// QueueBytes is how many bytes they may hold, about. Default 64 MiB.
	QueueBytes int64
	// Readers is how many goroutines serve reads, each on its own connection. Default 2.
	Readers int
	// ReadQueue is how many reads may wait or be under way. Default 16,384.
	ReadQueue int
	// SessionWindow is how far back SessionFrames reaches. Default 5 minutes.
	SessionWindow time.Duration
	// SessionFrames is how many frames, the latest ones, SessionFrames returns at most. Default 4,096.
	SessionFrames int
	// Keep is how long journal blocks and ended reservations are kept at least; orders are kept as long as their users may be. A node whose clock is set by more
	// than an hour drops nothing until it is set back, or a day has passed. Default 30 days.
	Keep time.Duration
	// KeepUsers is how long what is remembered of a user, his row, is kept after he was last seen, at least; counted from the
	// first start with this setting for users of before. Orders, from which it is known who is a good customer, are kept as long,
	// and for Keep at least. Who has an actor, an unanswered message or an open reservation is
	// kept. 0 is for ever. Default 365 days (8760h).
	KeepUsers time.Duration
	// FoldAfter is how long the records of a user may rest in the journal before they are copied to the user's row, so
	// that recovery need not look for them. Default 10 minutes.
	FoldAfter time.Duration
	// LowSpaceBytes is how little room may be left on the disk of Dir before the console and /readyz/parts warn of it; with a
	// tenth of it left they call the disk full. Default 1,000,000,000.
	LowSpaceBytes int64
	// MasterKeyFile is the file with the master key, made by "liveroom keys init": everything is sealed under keys that are
	// sealed under it. Keep it, and a copy, elsewhere than the data: without it the data cannot be read by anybody. The
	// variable LIVEROOM_MASTER_KEY, with the key itself, goes before it. Empty is master.key in the data folder. Default empty.
	MasterKeyFile string
	// KeyCommand is a program, with its arguments, that has keys wrapped and unwrapped where the master key is kept: a key
	// service, a hardware module. It goes before MasterKeyFile, which then only opens what was sealed under it before; README
	// and deploy/RECOVERY.md tell how to write one. Name it by its whole path. Empty for none. Default empty.
	KeyCommand []string
	// KeyTimeout is how long that program may take for one key. Default 10 s.
	KeyTimeout time.Duration
	// Keys, when set, wraps and unwraps data keys instead of the master key in the file.
	Keys seal.KeyService
	// BeforeCommit, when set, is called before each commit, which fails with its error. For tests and the chaos build.
	BeforeCommit func() error
	// DuringErasure, when set, is called whenever an erasure has rewritten some blocks for good. For tests.
	DuringErasure func()
}

// Default returns the defaults, without a folder.
func Default() Config {
	return Config{
		CommitEvery: 10 * time.Millisecond, CommitAt: 200, MaxGroup: 2048, QueueLimit: 65536, QueueBytes: 64 << 20,
		Readers: 2, ReadQueue: 16384, SessionWindow: 5 * time.Minute, SessionFrames: 4096,
		Keep: 30 * 24 * time.Hour, KeepUsers: 365 * 24 * time.Hour, FoldAfter: 10 * time.Minute, LowSpaceBytes: 1e9,
		KeyTimeout: seal.CommandTimeout,
	}
}

// Validate reports every problem at once; fields left zero are taken at their defaults.
func (c Config) Validate() error {
	c = c.withDefaults()
	var problems []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf("storage: "+format, args...))
		}
	}
	check(c.Dir != "", "dir: name a folder")
	check(c.DSN == "" || c.DSNFile == "", "dsn: set this or dsn_file, not both")
	if err := checkDSN(c.DSN); err != nil {
		problems = append(problems, fmt.Errorf("storage: dsn: %w", err))
	}
	check(c.CommitEvery > 0 && c.CommitEvery <= time.Second, "commit_every: %v is outside (0, 1s]", c.CommitEvery)
	check(c.CommitAt > 0, "commit_at: %d is not positive", c.CommitAt)
	check(c.MaxGroup > 0 && c.MaxGroup <= c.QueueLimit, "max_group: %d is outside [1, queue_limit]", c.MaxGroup)
	check(c.QueueLimit > 0, "queue_limit: %d is not positive", c.QueueLimit)
	check(c.QueueBytes >= 1<<20, "queue_bytes: %d is under 1 MiB", c.QueueBytes)
	check(c.Readers > 0 && c.Readers <= 64, "readers: %d is outside [1, 64]", c.Readers)
	check(c.ReadQueue > 0, "read_queue: %d is not positive", c.ReadQueue)
	check(c.SessionWindow > 0, "session_window: %v is not positive", c.SessionWindow)
	check(c.SessionFrames > 0, "session_frames: %d is not positive", c.SessionFrames)
	check(c.Keep >= 24*time.Hour, "keep: %v is under the 24 h for which a repeated message brings its frame again", c.Keep)
	check(c.KeepUsers == 0 || c.KeepUsers >= 48*time.Hour && c.KeepUsers <= maxKeepUsers,
		"keep_users: %v is outside [48h, %v]; 0 is for ever", c.KeepUsers, maxKeepUsers)
	check(c.LowSpaceBytes > 0, "low_space_bytes: %d is not positive", c.LowSpaceBytes)
	check(c.FoldAfter >= time.Minute, "fold_after: %v is under a minute", c.FoldAfter)
	check(len(c.KeyCommand) == 0 || filepath.IsAbs(c.KeyCommand[0]), "key_command: %q, want the whole path of a program, such as /usr/local/bin/keys", c.KeyCommand)
	check(len(c.KeyCommand) == 0 || c.Keys == nil, "key_command: there is LIVEROOM_MASTER_KEY too; set one of them")
	check(c.KeyTimeout > 0 && c.KeyTimeout <= time.Minute, "key_timeout: %v is outside (0, 1m]", c.KeyTimeout)
	return errors.Join(problems...)
}

// enough is how many queued entries are worth a commit.
func (c *Config) enough() int { return min(c.CommitAt, c.MaxGroup) }

func (c Config) withDefaults() Config {
	d := Default()
	orDefault(&c.CommitEvery, d.CommitEvery)
	orDefault(&c.CommitAt, d.CommitAt)
	orDefault(&c.MaxGroup, d.MaxGroup)
	orDefault(&c.QueueLimit, d.QueueLimit)
	orDefault(&c.QueueBytes, d.QueueBytes)
	orDefault(&c.Readers, d.Readers)
	orDefault(&c.ReadQueue, d.ReadQueue)
	orDefault(&c.SessionWindow, d.SessionWindow)
	orDefault(&c.SessionFrames, d.SessionFrames)
	orDefault(&c.Keep, d.Keep)
	orDefault(&c.FoldAfter, d.FoldAfter)
	orDefault(&c.LowSpaceBytes, d.LowSpaceBytes)
	orDefault(&c.KeyTimeout, d.KeyTimeout)
	return c
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
