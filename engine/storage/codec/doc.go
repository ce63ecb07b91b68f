// Package codec is how records stand in a block: encoded one after the other (Append, Next). It knows nothing of sealing,
// which follows, and of the database.
package codec

import "errors"

// ErrCorrupt means that bytes are not what Append makes.
var ErrCorrupt = errors.New("corrupt")
