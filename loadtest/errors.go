package loadtest

import "errors"

// What can keep a run from giving evidence.
var (
	// ErrScenario is wrapped by what Validate and LoadScenario return: the scenario, a flag or a text file is at fault.
	ErrScenario = errors.New("scenario cannot be played")
	// ErrTargetDown is wrapped when the server cannot be started, reached or spoken to.
	ErrTargetDown = errors.New("target is down")
	// ErrRefused is wrapped by Dial when the server answered hello with something else than welcome.
	ErrRefused = errors.New("link refused")
)
