package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestChatSetsTheScene has chat do each of its commands, rightly and wrongly.
func TestChatSetsTheScene(t *testing.T) {
	t.Setenv("LIVEROOM_ACTORS_BUDGET", "30s")
	lines := []struct{ line, want string }{
		{"/time 2026-11-11 20:00", "现在是 2026-11-11 20:00"},
		{"1号链接XL黑色还有吗", "3件"}, // of the demo room's opening scene
		{"/stock DEMO-3 hangzhou 5", ""},
		{"/stock DEMO-3 many", `要写成整数，不是 "many"`},
		{"/stock DEMO-404 5", "bad_field sku"},
		{"/present DEMO-3", ""},
		{"/counts 1280 45", ""},
		{"/counts 1280 -45", "bad_field sold"},
		{"3号链接还有货吗", "3号链接"},
		{"/time 2026-11-11 19:00", "时间不能往回走"},
		{"/time -5m", "要写成 +30m"},
		{"/take", ""},
		{"在吗", "human_active"},
		{"/say 我是客服小周", "我是客服小周"},
		{"/back", ""},
		{"/order DEMO-3 1 shipped", `不是 "shipped"`},
		{"/order DEMO-3 1 created 8900", ""},
		{"/order DEMO-3 1 paid 8900", ""},
		{"/order DEMO-3 1 cancelled 8900", ""},
		{"/order DEMO-3", "/order SKU"},
		{"/take over", "/take"},
		{"/more", "/more 文字"},
		{"/more 3号链接", ""},
		{"/time +11m", "现在是 2026-11-11 20:1"}, // and as many minutes more as this has taken
		{"/state", "user guest"},
	}
	var in strings.Builder
	for _, l := range lines {
		in.WriteString(l.line + "\n")
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"chat", "--room", "demo"}, streams{strings.NewReader(in.String()), &out, &errs}); code != 0 {
		t.Fatalf("chat ended with %d: %s", code, errs.String())
	}
	said := strings.Split(out.String(), "> ")[1:]
	for i, l := range lines {
		if got := said[i]; !strings.Contains(got, l.want) || l.want == "" && got != "" && l.line[:5] != "/more" {
			t.Errorf("%s: chat says %q, want %q in it", l.line, got, l.want)
		}
	}
}
