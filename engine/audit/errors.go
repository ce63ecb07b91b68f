package audit

import "errors"

// What can go wrong, for errors.Is.
var (
	// ErrRefused means that an act was not done because the log could not take it.
	ErrRefused = errors.New("refused, since the audit log cannot be written")
	// ErrFull means that as many noted acts wait to be written as may.
	ErrFull = errors.New("queue of noted acts is full")
	// ErrClosed means that the log no longer takes anything.
	ErrClosed = errors.New("audit log is closed")
	// ErrLocked means that another process has the folder open.
	ErrLocked = errors.New("folder is in use by another process")
	// ErrRunning means that Run was called a second time.
	ErrRunning = errors.New("audit log runs already, or has run")
	// ErrCorrupt means that bytes are not a record.
	ErrCorrupt = errors.New("not an audit record")
	// ErrExposed means that others than the owner may read a key file.
	ErrExposed = errors.New("key file is open to others")
)
