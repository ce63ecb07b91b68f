package transport

import "errors"

// Errors of the server's life cycle.
var (
	// ErrRunning is returned by Run when it was called before.
	ErrRunning = errors.New("the transport runs already or has run")
	// ErrNotRunning is returned by Drain and Take before Run is ready.
	ErrNotRunning = errors.New("the transport does not run")
	// ErrDraining is returned by Take once links are being let go.
	ErrDraining = errors.New("the transport takes no new links")
)
