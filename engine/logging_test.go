package engine

import (
	"testing"

	"liveroom/engine/privacy"
)

// TestPartsLogNothingPersonal: the logger that every part gets is one that masks, whoever built what lies under it.
func TestPartsLogNothingPersonal(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	if h := n.log.Handler(); h != privacy.NewHandler(h, nil) { // what masks already comes back itself
		t.Errorf("parts log through a %T, want the masking handler", h)
	}
}
