package engine

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// askAs asks the node's admin side by a token of a role.
func (n *node) askAs(t *testing.T, role live.Role, method, path, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, n.Addrs().Admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+n.token(t, token.Claims{Role: role, User: live.UserID(role.String() + " li")}))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	got, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	all, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(all)
}

// auditPage asks for records as an auditor.
func (n *node) auditPage(t *testing.T, query url.Values) console.AuditPage {
	t.Helper()
	status, answer := n.askAs(t, live.Auditor, "GET", "/v1/audit?"+query.Encode(), "")
	var page console.AuditPage
	if err := json.Unmarshal([]byte(answer), &page); err != nil || status != 200 {
		t.Fatalf("GET /v1/audit?%s answered %d %s, %v", query.Encode(), status, answer, err)
	}
	return page
}

// TestTheAuditLogIsReadByWhoMay reads it in every role, by every filter, and page by page.
func TestTheAuditLogIsReadByWhoMay(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	begin := time.Now()
	for range 5 {
		n.room(t, "PUT", "/mode", `{"mode":"auto"}`)
	}
	n.room(t, "PUT", "/mode", `{"mode":"off"}`)
	n.room(t, "PUT", "/muted/troll", ``)
	for _, role := range live.Roles() {
		want := 403
		if role == live.Auditor || role == live.Admin {
			want = 200
		}
		if role == live.Viewer {
			continue // its token is for a room, and the table's own test has it
		}
		for _, route := range []string{"GET /v1/audit", "POST /v1/audit/verify"} {
			method, path, _ := strings.Cut(route, " ")
			if status, answer := n.askAs(t, role, method, path, ""); status != want {
				t.Errorf("%s as %v answered %d %s", route, role, status, answer)
			}
		}
	}
	for _, c := range []struct {
		query url.Values
		want  int
	}{
		{url.Values{"act": {"room.write"}}, 12},
		{url.Values{"act": {"room."}}, 14},
		{url.Values{"act": {"room.write"}, "result": {"failed"}}, 1},
		{url.Values{"act": {"room.write"}, "result": {"done"}}, 5},
		{url.Values{"act": {"room."}, "person": {"troll"}}, 2},
		{url.Values{"act": {"room."}, "person": {"somebody"}}, 0},
		{url.Values{"act": {"room."}, "on": {"room demo"}}, 14},
		{url.Values{"act": {"room."}, "who": {"nobody"}}, 0},
		{url.Values{"act": {"room."}, "from": {"127.0.0.1"}}, 14},
		{url.Values{"act": {"room."}, "from": {"203.0.113.7"}}, 0},
		{url.Values{"act": {"room."}, "since": {strconv.FormatInt(begin.Add(-time.Minute).UnixMilli(), 10)}}, 14},
		{url.Values{"act": {"room."}, "until": {"1000"}}, 0},
		{url.Values{"who": {"auditor li"}, "act": {"audit.read"}, "result": {"done"}}, 1},
	} {
		page := n.auditPage(t, c.query)
		if len(page.Records) != c.want {
			t.Errorf("%s found %d records, want %d: %+v", c.query.Encode(), len(page.Records), c.want, page.Records)
		}
		for _, r := range page.Records {
			if strings.Contains(r.On+r.Detail, "troll") || r.At < begin.Add(-time.Minute).UnixMilli() {
				t.Errorf("record %+v", r)
			}
		}
	}
	var seen []uint64
	for before := uint64(0); ; {
		page := n.auditPage(t, url.Values{"act": {"room."}, "limit": {"4"}, "before": {strconv.FormatUint(before, 10)}})
		for _, r := range page.Records {
			if len(seen) > 0 && r.Seq >= seen[len(seen)-1] {
				t.Errorf("record %d comes after %v", r.Seq, seen)
			}
			seen = append(seen, r.Seq)
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	if len(seen) != 14 {
		t.Errorf("page by page there are %d records, want 14", len(seen))
	}
	for _, bad := range []string{"result=maybe", "limit=201", "since=-1", "until=5&since=6", "nothing=1", "who=" + strings.Repeat("x", 129)} {
		if status, answer := n.askAs(t, live.Auditor, "GET", "/v1/audit?"+bad, ""); status != 422 {
			t.Errorf("%s answered %d %s", bad, status, answer)
		}
	}
}

// TestVerifyOverHTTP verifies a sound log, and one that somebody changed under the running node.
func TestVerifyOverHTTP(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	for range 3 {
		n.room(t, "PUT", "/mode", `{"mode":"auto"}`)
	}
	verify := func() (r console.AuditReport) {
		t.Helper()
		status, answer := n.askAs(t, live.Auditor, "POST", "/v1/audit/verify", "")
		if err := json.Unmarshal([]byte(answer), &r); err != nil || status != 200 {
			t.Fatalf("answered %d %s, %v", status, answer, err)
		}
		return r
	}
	r := verify()
	if !r.Sound || r.Found != 0 || r.Headed != r.Last || r.Records < 8 || r.Heads == 0 || r.First != 1 {
		t.Errorf("a sound log: %+v", r)
	}
	if s := n.auditPage(t, nil).Status; s.Verified == nil || s.Verified.Seq != r.Last || len(s.Heads) != 1 || s.Key == "" {
		t.Errorf("the status is %+v", s)
	}
	file := filepath.Join(n.dir, "audit", "00000000000000000001.log")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(content, []byte(`{"mode":"auto"}`), []byte(`{"mode":"mute"}`), 1)
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	r = verify()
	if r.Sound || r.Found != 1 || len(r.Faults) != 1 || r.Faults[0].Kind != "altered" || r.Faults[0].Seq == 0 || r.Faults[0].Offset == 0 {
		t.Errorf("a changed log: %+v", r)
	}
	if s := n.auditPage(t, nil).Status; s.Verified == nil || s.Verified.Faults != 1 {
		t.Errorf("the status after the fault is %+v", s)
	}
}
