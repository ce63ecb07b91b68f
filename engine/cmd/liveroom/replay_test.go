package main

import (
	"strings"
	"testing"
)

// TestOnceSaysThatTheEngineStops: nobody is told to end what ends by itself.
func TestOnceSaysThatTheEngineStops(t *testing.T) {
	if said := farewell(false); strings.Contains(said, "Ctrl-C") || strings.Contains(said, "仍在运行") {
		t.Errorf("demo --once ends with %q", said)
	}
	if said := farewell(true); !strings.Contains(said, "Ctrl-C") {
		t.Errorf("demo goes on with %q, want how to end it", said)
	}
}
