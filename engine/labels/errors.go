package labels

import "errors"

// ErrInput is wrapped by what Add refuses; its text names the field and the cure.
var ErrInput = errors.New("no label")

// ErrNone is wrapped by what Withdraw answers for a message that has no label.
var ErrNone = errors.New("the message has no label")
