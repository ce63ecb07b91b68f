package storage

import (
	"database/sql/driver"
	"errors"

	"liveroom/engine/storage/codec"
)

// What can go wrong, for errors.Is.
var (
	// ErrCommit means that the group commit failed; nothing of the group is durable.
	ErrCommit = errors.New("group commit failed")
	// ErrLease means that an earlier record under the same lease was lost, so this one was not written.
	ErrLease = errors.New("lease broken by an earlier loss")
	// ErrFull means that the journal's queue is at its limit.
	ErrFull = errors.New("journal queue is full")
	// ErrClosed means that the store no longer takes anything.
	ErrClosed = errors.New("store is closed")
	// ErrBusy means that the queue of reads is at its limit.
	ErrBusy = errors.New("read queue is full")
	// ErrNotFound means that the block or the record in it is not held.
	ErrNotFound = errors.New("not found")
	// ErrCorrupt means that bytes read back are not what was written.
	ErrCorrupt = codec.ErrCorrupt
	// ErrSchema means that a newer liveroom wrote the database.
	ErrSchema = errors.New("database is of a newer schema")
	// ErrPlain means that the database was written before there was sealing, and holds something.
	ErrPlain = errors.New("database is not sealed")
	// ErrLocked means that another process has the folder open.
	ErrLocked = errors.New("folder is in use by another process")
	// ErrUnsaved means that the key that would seal is not stored yet.
	ErrUnsaved = errors.New("the data key is not stored yet")
	// ErrDoubt means that the database was gone before it said what became of a change, which may be made or not.
	ErrDoubt = errors.New("the database was gone before it said whether it was kept")
	// ErrTaken means that another process has taken the database over since this one opened it.
	ErrTaken = errors.New("another process has taken the database over")
	// ErrFilled means that something is where a backup was to be restored.
	ErrFilled = errors.New("there is something already")
	// ErrHalf means that a restore broke off.
	ErrHalf = errors.New("a restore broke off here")
	// ErrRunning means that Run was called a second time.
	ErrRunning = errors.New("store runs already, or has run")
)

// errDiscard tells database/sql to throw a connection away.
var errDiscard = driver.ErrBadConn
