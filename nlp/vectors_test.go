package nlp

import "testing"

const shippedModel = "model"

func openShipped(t testing.TB) (*model, []Vector) {
	t.Helper()
	m, err := openLinear(shippedModel)
	if err != nil {
		t.Fatalf("openLinear(%q) = %v", shippedModel, err)
	}
	cases, err := m.manifest.ReadVectors(shippedModel)
	if err != nil {
		t.Fatalf("ReadVectors(%q) = %v", shippedModel, err)
	}
	return m, cases
}

// TestVectors replays what the training side wrote: the same text must become the same ids and the same linear scores.
// The trained half is replayed in package onnx.
func TestVectors(t *testing.T) {
	m, cases := openShipped(t)
	if len(cases) < 200 {
		t.Errorf("%s holds %d cases, want at least 200", VectorsFile, len(cases))
	}
	for i := range cases {
		if err := m.prove(&cases[i]); err != nil {
			t.Errorf("case %d: %v", i, err)
		}
	}
}
