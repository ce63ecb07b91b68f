package access

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// grid is the permission table once more, written apart from it: who may (x) do what.
const grid = `
                 ingest viewer seat admin operator supervisor auditor
link.ingest      x      .      .    .     .        .          .
link.viewer      .      x      .    .     .        .          .
link.seat        .      .      x    .     .        x          .
catalogue.read   .      .      x    x     x        x          x
catalogue.write  .      .      .    x     x        .          .
knowledge.read   .      .      x    x     x        x          x
knowledge.write  .      .      .    x     x        x          .
room.read        .      .      x    x     x        x          x
room.write       .      .      .    x     x        x          .
room.mute        .      .      .    x     x        x          .
room.say         .      .      .    x     x        x          .
stock.read       .      .      x    x     x        x          x
stock.release    .      .      .    x     x        x          .
status.read      .      .      .    x     x        x          x
metrics.read     .      .      .    x     x        .          x
profile.read     .      .      .    x     .        .          .
model.swap       .      .      .    x     .        .          .
fault.inject     .      .      .    x     .        .          .
token.revoke     .      .      .    x     .        .          .
user.manage      .      .      .    x     .        .          .
audit.read       .      .      .    x     .        .          x
audit.note       .      .      .    x     .        .          .
person.reveal    .      .      .    x     .        x          .
person.erase     .      .      .    x     .        .          .
key.manage       .      .      .    x     .        .          .
dialogue.read    .      .      x    x     x        x          .
dialogue.take    .      .      x    x     .        x          .
actor.manage     .      .      .    x     x        .          .
link.kick        .      .      .    x     x        .          .
config.read      .      .      .    x     x        .          x
script.write     .      .      .    x     x        x          .
label.write      .      .      x    x     x        x          .
label.read       .      .      .    x     x        x          .
undeclared       .      .      .    x     .        .          .
anyone           x      x      x    x     x        x          x
self             x      x      x    x     x        x          x
`

// cells calls see for each cell of the grid.
func cells(t *testing.T, see func(act Act, role live.Role, may bool)) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(grid), "\n")
	var roles []live.Role
	for _, name := range strings.Fields(lines[0]) {
		roles = append(roles, live.ParseRole(name))
	}
	if !slices.Equal(roles, live.Roles()) {
		t.Fatalf("the grid has roles %v, want %v", roles, live.Roles())
	}
	for _, line := range lines[1:] {
		row := strings.Fields(line)
		for i, cell := range row[1:] {
			see(Act(row[0]), roles[i], cell == "x")
		}
	}
}

func TestTableCellByCell(t *testing.T) {
	seen := map[Act]bool{}
	cells(t, func(act Act, role live.Role, may bool) {
		seen[act] = true
		if May(role, act) != may {
			t.Errorf("May(%v, %s) = %v, want %v", role, act, !may, may)
		}
	})
	for role, acts := range table {
		for _, act := range acts {
			if !seen[act] {
				t.Errorf("%v may %s, which the grid does not know", role, act)
			}
		}
	}
	for act := range seen {
		if May(0, act) != (act == Anyone) {
			t.Errorf("nobody may %s: %v", act, May(0, act))
		}
	}
	if May(200, Self) || May(200, Undeclared) {
		t.Error("a role that there is not may do something")
	}
}

// TestEveryActHasItsRow reads this package's own source, so that no act can be declared without a row of the grid, nor a
// route without an act that has one.
func TestEveryActHasItsRow(t *testing.T) {
	rows := map[Act]bool{}
	cells(t, func(act Act, _ live.Role, _ bool) { rows[act] = true })
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, path := range files {
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || fmt.Sprint(spec.Type) != "Act" {
				return true
			}
			for i, name := range spec.Names {
				value, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				if declared++; !rows[Act(value)] {
					t.Errorf("%s: %s has no row in the grid above: say who may", path, name)
				}
				delete(rows, Act(value))
			}
			return true
		})
	}
	if declared < 30 {
		t.Errorf("%d acts are declared; the test does not see them", declared)
	}
	for act := range rows {
		t.Errorf("the grid has a row for %s, which is no act", act)
	}
	for pattern, act := range Routes {
		if who := whoMay(act); who == "" {
			t.Errorf("%s needs %s, which nobody may", pattern, act)
		}
	}
}

// TestRoutesCellByCell asks for every route in every role and in none, over HTTP.
func TestRoutesCellByCell(t *testing.T) {
	h := newHouse(t)
	may := map[Act]map[live.Role]bool{}
	cells(t, func(act Act, role live.Role, ok bool) {
		if may[act] == nil {
			may[act] = map[live.Role]bool{}
		}
		may[act][role] = ok
	})
	tokens := map[live.Role]string{}
	for _, role := range live.Roles() {
		tokens[role] = h.of(role)
	}
	for pattern, act := range Routes {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{room}", "r", "{user}", "u", "{id}", "i", "{sku}", "s", "{name}", "n", "{fault}", "f", "{state}", "on").Replace(path)
		none := h.ask(method, path, "")
		if refused := none.Code == http.StatusUnauthorized; refused != (act != Anyone) {
			t.Errorf("%s without proof answered %d %s", pattern, none.Code, none.Body)
		}
		if act != Anyone && (!strings.Contains(none.Body.String(), `{"error":"nobody is signed in`) || none.Header().Get("WWW-Authenticate") == "") {
			t.Errorf("%s without proof answered %s and %v", pattern, none.Body, none.Header())
		}
		for role, tok := range tokens {
			w := h.ask(method, path, "", bearer(tok))
			let := w.Code != http.StatusForbidden && w.Code != http.StatusUnauthorized
			if let != may[act][role] {
				t.Errorf("%s as %v answered %d %s, want it %v", pattern, role, w.Code, w.Body, may[act][role])
			}
			if !let && !strings.Contains(w.Body.String(), string(act)+": a "+role.String()+" may not; these may: ") {
				t.Errorf("%s as %v is refused with %s", pattern, role, w.Body)
			}
		}
	}
}

func TestARouteThatDeclaresNothingIsForAdminsAlone(t *testing.T) {
	h := newHouse(t)
	h.mux.Handle("GET /v1/new", h.Wrap("GET /v1/new", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })))
	for _, role := range live.Roles() {
		want := http.StatusForbidden
		if role == live.Admin {
			want = http.StatusTeapot
		}
		if w := h.ask("GET", "/v1/new", "", bearer(h.of(role))); w.Code != want {
			t.Errorf("as %v it answered %d, want %d", role, w.Code, want)
		}
	}
}

// oneRoom are the routes without a room in their path that a token for one room may ask for, written apart from the guard's
// own list: what each shows is looked at on a whole node, in TestATokenForOneRoomSeesNoOther.
const oneRoom = `
GET /metrics  GET /v1/status  GET /v1/overview  GET /v1/stream  GET /v1/rooms  GET /v1/actors  GET /v1/actor  GET /v1/tree
GET /v1/letters  GET /v1/links  GET /v1/labels  GET /v1/labels/export  GET /v1/unsure  GET /v1/figures  GET /v1/figures/{key}/cases
GET /v1/catalogue  GET /v1/knowledge  GET /v1/knowledge/{id}  GET /v1/entries  GET /v1/entries/{id}  GET /v1/heat
GET /v1/stock/{sku}  GET /v1/reservations  GET /v1/reservations/{id}  POST /v1/reservations/{id}/release
GET /v1/scripts  GET /v1/scripts/files/{file}  GET /v1/scripts/files/{file}/versions/{n}
GET /v1/inference  GET /v1/inference/card  GET /v1/settings  GET /readyz/parts
`

// TestATokenForOneRoomReachesNoOther asks for every route of the table, as every role that may, with a token for one room.
func TestATokenForOneRoomReachesNoOther(t *testing.T) {
	h := newHouse(t)
	words, listed := strings.Fields(oneRoom), map[string]bool{}
	for i := 0; i < len(words); i += 2 {
		listed[words[i]+" "+words[i+1]] = true
	}
	for pattern := range listed {
		if Routes[pattern] == "" {
			t.Errorf("%s is no route", pattern)
		}
	}
	for pattern, act := range Routes {
		for _, role := range live.Roles() {
			if !May(role, act) || act == Anyone || act == Self {
				continue
			}
			tok := h.token(token.Claims{Role: role, Room: "r", User: "u"})
			method, path, _ := strings.Cut(pattern, " ")
			there := h.ask(method, strings.ReplaceAll(path, "{room}", "other"), "", bearer(tok))
			here := h.ask(method, strings.ReplaceAll(path, "{room}", "r"), "", bearer(tok))
			switch {
			case strings.Contains(pattern, "{room}"):
				if here.Code != http.StatusTeapot {
					t.Errorf("%s of its own room answers a %v %d %s", pattern, role, here.Code, here.Body)
				}
				h.want(there, http.StatusForbidden, "room: the token is for another room")
			case listed[pattern]:
				if here.Code == http.StatusForbidden {
					t.Errorf("%s is refused to a %v of one room: %s", pattern, role, here.Body)
				}
			default:
				h.want(here, http.StatusForbidden, "whole shop")
			}
		}
	}
	h.want(h.ask("GET", "/v1/catalogue", "", bearer(h.token(token.Claims{Role: live.Admin, Shop: "other"}))), http.StatusForbidden, "another shop")
}

// TestOpenHere asks for metrics in the ways that must not pass for a program of this machine.
func TestOpenHere(t *testing.T) {
	h := newHouse(t)
	here := func(r *http.Request) { r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:7702" }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		path string
		with []func(*http.Request)
		want int
	}{
		"here":              {"/metrics", []func(*http.Request){here}, 418},
		"here by IPv6":      {"/debug/pprof/heap", []func(*http.Request){func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:5000", "[::1]:7702" }}, 418},
		"here by name":      {"/metrics", []func(*http.Request){here, func(r *http.Request) { r.Host = "localhost:7702" }}, 418},
		"another machine":   {"/metrics", nil, 401},
		"spoofed host":      {"/metrics", []func(*http.Request){func(r *http.Request) { r.Host = "127.0.0.1" }}, 401},
		"a rebound name":    {"/metrics", []func(*http.Request){here, func(r *http.Request) { r.Host = "evil.example:7702" }}, 401},
		"behind a proxy":    {"/metrics", []func(*http.Request){here, header("X-Forwarded-For", "203.0.113.7")}, 401},
		"behind another":    {"/debug/pprof/", []func(*http.Request){here, header("Forwarded", "for=203.0.113.7")}, 401},
		"a page here":       {"/metrics", []func(*http.Request){here, header("Origin", "http://localhost:3000")}, 401},
		"status is not so":  {"/v1/status", []func(*http.Request){here}, 401},
		"nor the catalogue": {"/v1/catalogue", []func(*http.Request){here}, 401},
	} {
		if w := h.ask("GET", c.path, "", c.with...); w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
		}
	}
	h.OpenHere = false
	if w := h.ask("GET", "/metrics", "", here); w.Code != 401 {
		t.Errorf("with open_here off metrics answer %d", w.Code)
	}
}
