package shelf

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrUnknown is for a file or a version that there is none of.
	ErrUnknown = errors.New("no such file or version")
	// ErrLink is for a file that is not a regular one, most often a link to where a deployment keeps it.
	ErrLink = errors.New("the file is a link or no regular file; change it where it points to")
)

// ChangedError says that the file is not any more what its editor read.
type ChangedError struct {
	Latest Version // what it is now
}

// Error says who was first, and when.
func (e *ChangedError) Error() string {
	who := e.Latest.Who
	if who == "" {
		who = "somebody outside the console"
	}
	did := "changed"
	if e.Latest.Gone {
		did = "removed"
	}
	return fmt.Sprintf("%s %s the file at %s, after you opened it; compare, then save again over that version",
		who, did, time.UnixMilli(e.Latest.At).UTC().Format("2006-01-02 15:04:05Z"))
}
