package engine

import (
	"strings"
	"testing"

	"liveroom/engine/labels"
	"liveroom/engine/live"
	"liveroom/engine/storage/seal/sealtest"
)

// TestLabelsLastAndAreSealed keeps a label in a node and looks for it after a restart, in the node and on the disk.
func TestLabelsLastAndAreSealed(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	want, err := n.parts.labels.Add(t.Context(), labels.Label{
		Message: labels.Message{User: live.UserKey{Room: "demo", User: live.UserID("买家" + sealtest.Chinese)}, Key: live.EventKey{Type: live.Comment, ID: "c1"}},
		Text:    "几号能到" + sealtest.Chinese, Intent: live.IntentDelivery, By: "lin", Source: labels.Labelled,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	sealtest.CheckFolder(t, dir)
	n = startNode(t, dir, unspoken)
	got, ok, err := n.parts.labels.Of(t.Context(), want.Message)
	if err != nil || !ok || got != want {
		t.Errorf("after a restart the label is %+v, %v, %v; want %+v", got, ok, err, want)
	}
	var out strings.Builder
	if _, err := n.parts.labels.Export(t.Context(), &out, masked, nil); err != nil || !strings.Contains(out.String(), want.Text+"\tdelivery\t") {
		t.Errorf("the export is %q, %v", out.String(), err)
	}
}
