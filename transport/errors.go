package transport

import "errors"

// Errors of the server's life cycle.
var (
	// ErrRunning is returned by Run when it was called before.
	ErrRunning = errors.New("the transport runs already or has run")
	// ErrNotRunning is returned by Drain before Run is ready.
	ErrNotRunning = errors.New("the transport does not run")
)
