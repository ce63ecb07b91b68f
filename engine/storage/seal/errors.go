package seal

import "errors"

// What can go wrong, for errors.Is.
var (
	// ErrCorrupt means that bytes are not what was sealed, or not where.
	ErrCorrupt = errors.New("not what was sealed")
	// ErrNoMaster means that there is no master key.
	ErrNoMaster = errors.New("no master key")
	// ErrWrongMaster means that something was wrapped under a master key that is not at hand.
	ErrWrongMaster = errors.New("wrong master key")
	// ErrAway means that the key service cannot be asked, or does not answer as it should.
	ErrAway = errors.New("key service is away")
	// ErrExposed means that others than the owner may read a key file.
	ErrExposed = errors.New("key file is open to others")
	// ErrNoKey means that a data key is not on the ring.
	ErrNoKey = errors.New("no such data key")
	// ErrSpent means that a data key may seal no more.
	ErrSpent = errors.New("data key is spent")
)
