package actors

import "errors"

// Errors of the House.
var (
	// ErrRunning is returned by a second Run.
	ErrRunning = errors.New("house runs already")
	// ErrUndrained is returned by Drain when its time ran out before the last message had ended.
	ErrUndrained = errors.New("messages still in flight")

	errEffect  = errors.New("an effect panicked")
	errRestart = errors.New("the actor was restarted")
)
