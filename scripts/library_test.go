package scripts

import "testing"

func TestLibraryLoads(t *testing.T) {
	if err := Check(Config{}); err != nil {
		t.Fatal(err)
	}
}
