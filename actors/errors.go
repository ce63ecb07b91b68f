package actors

import "errors"

// Errors of the House.
var (
	// ErrRunning is returned by a second Run.
	ErrRunning = errors.New("house runs already")
	// ErrUndrained is returned by Drain when its time ran out before the last message had ended.
	ErrUndrained = errors.New("messages still in flight")

	// ErrBarred is returned where a user's actor would be brought into memory while Bar keeps it out.
	ErrBarred = errors.New("nothing of this person may come into memory now: he is being erased; try again in a while")

	errEffect  = errors.New("an effect panicked")
	errRestart = errors.New("the actor was restarted")
)
