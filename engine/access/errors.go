package access

import "errors"

// Why something is refused.
var (
	// ErrRevoked is returned for a token that was taken back.
	ErrRevoked = errors.New("the token was revoked")
	// ErrTooLong is returned for a token that holds longer than the node accepts.
	ErrTooLong = errors.New("the token holds longer than this node accepts")
	// ErrPassword is returned for a name and password that do not belong together; it does not tell which is wrong.
	ErrPassword = errors.New("name or password is wrong")
	// ErrWeak is returned for a new password that will not do.
	ErrWeak = errors.New("the password will not do")
	// ErrAccount is returned for a change of accounts that cannot be made.
	ErrAccount = errors.New("the accounts stay as they are")
	// ErrNoAccount is returned when there is no account of the name.
	ErrNoAccount = errors.New("there is no such account")
	// ErrFull is returned when no more can be kept.
	ErrFull = errors.New("there is no room for more")
)
