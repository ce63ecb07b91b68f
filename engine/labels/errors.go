package labels

import "errors"

// ErrInput is wrapped by what Add refuses; its text names the field and the cure.
var ErrInput = errors.New("no label")
