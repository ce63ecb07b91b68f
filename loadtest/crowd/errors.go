package crowd

import "errors"

// The reasons for which a link ends or refuses.
var (
	// ErrClosed is returned for a link that is not open.
	ErrClosed = errors.New("link is closed")
	// ErrBacklog is returned by Send when more than MaxPending bytes wait for a link's socket.
	ErrBacklog = errors.New("link's socket takes nothing more")
	// ErrPeerClosed is told to Gone when the server ended the link in order.
	ErrPeerClosed = errors.New("server closed the link")

	errServerFrame = errors.New("malformed websocket frame from the server")
	errTooLong     = errors.New("frame longer than the wire allows")
)
