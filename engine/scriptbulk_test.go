package engine

import (
	"fmt"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
)

// TestScriptsAreImportedTogether puts two scripts in force at once, each a version under the name of who did it; of three with
// one bad among them none.
func TestScriptsAreImportedTogether(t *testing.T) {
	n, dir := scriptNode(t)
	bundle := func(role live.Role, files ...console.BundleFile) (int, string) {
		t.Helper()
		return n.askAs(t, role, "PUT", "/v1/scripts/bundle", bodyOf(t, map[string]any{"files": files}))
	}
	stock := console.BundleFile{Name: "stock.yaml", Text: fmt.Sprintf(shopStock, "还剩")}
	bye := console.BundleFile{Name: "bye.yaml", Text: "name: bye\ntopics: [bye]\ncases:\n  - name: any\n    texts: ['慢走']\n"}
	bad := console.BundleFile{Name: "bad.yaml", Text: "name: bad\ntopics: [bad]\ncases: []\n"}
	if status, answer := bundle(live.Seat, stock); status != 403 {
		t.Errorf("a seat's import answered %d %s, want 403", status, answer)
	}
	if status, answer := bundle(live.Operator, stock, bad, bye); status != 422 || !strings.Contains(answer, "bad.yaml") {
		t.Errorf("one bad of three answered %d %s, want 422 that names it", status, answer)
	}
	if status, answer := bundle(live.Operator, stock, stock); status != 422 || !strings.Contains(answer, "twice") {
		t.Errorf("the same file twice answered %d %s, want 422", status, answer)
	}
	if s := look[console.Scripts](t, n, "/v1/scripts"); len(s.Files) != 0 {
		t.Fatalf("after refusals the folder %s holds %v", dir, s.Files)
	}
	if status, answer := bundle(live.Operator, stock, bye); status != 200 || !strings.Contains(answer, `"changed":["stock.yaml","bye.yaml"]`) {
		t.Fatalf("two good ones answered %d %s", status, answer)
	}
	for _, want := range []console.BundleFile{stock, bye} {
		f := look[console.ScriptFile](t, n, "/v1/scripts/files/"+want.Name)
		if f.Text != want.Text || !f.Own || f.Refused != "" || len(f.Versions) != 1 || f.Versions[0].Who == "" {
			t.Errorf("%s is %+v, want one version of somebody", want.Name, f)
		}
	}
	done := 0
	for _, r := range n.auditedAct(t, "script.write") {
		if r.Result == audit.Done {
			done++
		}
	}
	if done != 1 {
		t.Errorf("the audit log holds %d imports that were done, want 1", done)
	}
}
