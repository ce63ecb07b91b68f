//go:build !chaos

package engine

import (
	"net/http"

	"liveroom/actors"
	"liveroom/nlp"
)

// faults injects nothing in a production build; see faults_chaos.go.
type faults struct {
	commit func() error
	step   func(*actors.Input)
}

func newFaults() *faults { return &faults{} }

func (*faults) loader(open nlp.Loader) nlp.Loader { return open }

func (*faults) routes() map[string]http.Handler { return nil }
