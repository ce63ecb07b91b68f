package nlp

import "errors"

// Errors of this package. They arrive wrapped with what was attempted; test with errors.Is.
var (
	// ErrBadModel says that a model's files are incomplete, altered, or disagree with one another or with this build.
	ErrBadModel = errors.New("bad model")
	// ErrNoRuntime says that the library which runs the model is not there or cannot be loaded.
	ErrNoRuntime = errors.New("no model runtime")
	// ErrNotRunning says that the service is not between the start and the end of Run.
	ErrNotRunning = errors.New("nlp service is not running")
	// ErrRunning says that Run was called a second time.
	ErrRunning = errors.New("nlp service runs already")

	errNotFinite = errors.New("scores are not finite")
)
