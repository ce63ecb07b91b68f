package admin

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// promptly gives the body of a request so long to arrive; after that reading it fails and the connection is closed. What
// has no body, as the page's stream and every download, is not bounded by it, nor is what a handler does once it has read
// the body.
func promptly(within time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			deadline := http.NewResponseController(w)
			// An error here is a writer without a connection, as tests have.
			if deadline.SetReadDeadline(time.Now().Add(within)) == nil {
				r.Body = &promptBody{r.Body, deadline}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// promptBody lifts the deadline when the body has been read to its end: the server listens on for the client to go away, and
// must not take the deadline for that.
type promptBody struct {
	io.ReadCloser
	deadline *http.ResponseController
}

// Read implements io.Reader.
func (b *promptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		// An error here is a connection that is gone already.
		b.deadline.SetReadDeadline(time.Time{})
	}
	return n, err
}
