package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestScriptsAreExportedAndImported takes all scripts of a node, changes one and brings them back; with one bad among them
// nothing changes.
func TestScriptsAreExportedAndImported(t *testing.T) {
	admin, key := startDemo(t)
	at := []string{"--admin", admin, "--token-key-file", key}
	file := filepath.Join(t.TempDir(), "scripts.yaml")
	export := func() string {
		t.Helper()
		code, text, errs := call(t, append([]string{"export", "--scripts"}, at...)...)
		if code != 0 || !strings.Contains(text, "\nstock.yaml: |") {
			t.Fatalf("export ended with %d: %s", code, errs)
		}
		return text
	}
	bring := func(text string, more ...string) (int, string, string) {
		t.Helper()
		write(t, file, text)
		return call(t, append(append([]string{"import", "--scripts", file}, at...), more...)...)
	}
	was := export()
	if code, out, errs := bring(was); code != 0 || !strings.Contains(out, `"changed":[]`) {
		t.Fatalf("as it was, the import ended with %d: %s%s", code, out, errs)
	}
	const bye = "\nbye.yaml: |\n"
	from := strings.Index(was, bye) + len(bye)
	to := from + strings.Index(was[from:], "\n\n")
	if next := strings.Index(was[from:], ".yaml: |"); next >= 0 {
		to = from + strings.LastIndex(was[from:from+next], "\n") + 1
	}
	own := "    name: bye\n    topics: [bye]\n    cases:\n      - name: any\n        texts: ['慢走，常来看看']\n"
	if strings.HasPrefix(was[from:], "  ") && !strings.HasPrefix(was[from:], "    ") {
		own = strings.ReplaceAll("\n"+own, "\n    ", "\n  ")[1:]
	}
	changed := was[:from] + own + was[to:]
	if code, out, errs := bring(changed, "--dry-run"); code != 0 || !strings.Contains(out, "would be imported") || !strings.Contains(out, `"changed":["bye.yaml"]`) {
		t.Fatalf("the trial ended with %d: %s%s", code, out, errs)
	}
	if now := export(); now != was {
		t.Fatal("a trial has changed the scripts")
	}
	bad := strings.Replace(changed, "topics: [bye]", "topics: [good_bye]", 1) + "worse.yaml: |\n  name: worse\n  cases: []\n"
	code, _, errs := bring(bad)
	line := 1 + strings.Count(bad[:strings.Index(bad, "good_bye")], "\n")
	if code != exitFailed || !strings.Contains(errs, "good_bye") || !strings.Contains(errs, "worse.yaml") || !strings.Contains(errs, fmt.Sprintf("bye.yaml:2 (line %d of the file)", line)) {
		t.Errorf("two bad of many ended with %d: %s; want both named, the first at line %d", code, errs, line)
	}
	if now := export(); now != was {
		t.Error("a refused import has changed the scripts")
	}
	if code, out, errs := bring(changed); code != 0 || !strings.Contains(out, `"changed":["bye.yaml"]`) {
		t.Fatalf("the import ended with %d: %s%s", code, out, errs)
	}
	if now := export(); !strings.Contains(now, "慢走，常来看看") || !strings.Contains(now, "# the shop's own") {
		t.Error("the import has not changed the script")
	}
	if code, out, errs := bring("bye.yaml: null\n"); code != 0 || !strings.Contains(out, `"removed":["bye.yaml"]`) {
		t.Fatalf("the removal ended with %d: %s%s", code, out, errs)
	}
	if now := export(); now != was {
		t.Error("removed, the library's script is not what is said again")
	}
	for _, c := range []struct{ text, want string }{
		{"", "holds nothing"},
		{"[]", "want a mapping"},
		{"{}", "holds no script"},
		{"a.yaml: [1]\n", "line 1"},
		{"../a.yaml: x\n", "nothing was changed"},
		{"a: b: c", "yaml"},
	} {
		if code, _, errs := bring(c.text); code != exitFailed || !strings.Contains(errs, c.want) {
			t.Errorf("%q ended with %d: %s; want %q", c.text, code, errs, c.want)
		}
	}
}
