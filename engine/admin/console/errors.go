package console

import "errors"

// Why something cannot be shown or done. Sources wrap them with words for people.
var (
	// ErrUnknown is for what does not exist.
	ErrUnknown = errors.New("there is no such thing")
	// ErrAway is for what does not answer now, and may later.
	ErrAway = errors.New("it does not answer now; try again")
	// ErrRefused is for what the state of things does not allow.
	ErrRefused = errors.New("this is not possible now")
	// ErrInput is for what was asked wrongly.
	ErrInput = errors.New("this cannot be read")
	// ErrForbidden is for what the asker may not see or do.
	ErrForbidden = errors.New("your role may not do this")
	// ErrRunning is returned by a second Run.
	ErrRunning = errors.New("the console runs already")
)
