package engine

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/access"
)

// openAPI is as much of the description as the tests look at.
type openAPI struct {
	Paths map[string]map[string]struct {
		Summary    string `json:"summary"`
		Act        string `json:"x-act"`
		Parameters []struct{ Name, In string }
		Responses  map[string]struct {
			Description string                     `json:"description"`
			Content     map[string]json.RawMessage `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
}

// undescribed are routes that are no part of the API.
var undescribed = map[string]bool{
	"GET /{$}":                    true, // to the page
	"GET /console/{file...}":      true, // the page
	"POST /chaos/{fault}/{state}": true, // a build for tests has it
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// TestEveryRouteIsDescribed asks that every route that the node serves stands in the OpenAPI description with the act it needs,
// its parameters, and what it answers when it is done and when it is not; and that nothing stands there that is not served.
func TestEveryRouteIsDescribed(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	var d openAPI
	status, body := n.ask(t, "GET", "/v1/openapi.json", "", nil)
	if err := json.Unmarshal(body, &d); status != http.StatusOK || err != nil {
		t.Fatalf("the description answered %d %v", status, err)
	}
	served := slices.Concat([]string{"GET /livez", "GET /readyz"}, n.patterns)
	known := map[string]bool{}
	for _, pattern := range served {
		known[pattern] = true
		if undescribed[pattern] {
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		op, ok := d.Paths[path][strings.ToLower(method)]
		if !ok {
			t.Errorf("%s is served and not described; add it to described in describe.go", pattern)
			continue
		}
		act := access.Routes[pattern]
		if act == "" && !strings.Contains(path, "/v1/") {
			act = access.Anyone
		}
		if op.Act != string(act) || op.Summary == "" {
			t.Errorf("%s is described as %q with act %q, want %q", pattern, op.Summary, op.Act, act)
		}
		for _, name := range inPath.FindAllStringSubmatch(path, -1) {
			if !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name[1] && p.In == "path" }) {
				t.Errorf("%s: parameter %s is not described", pattern, name[1])
			}
		}
		done := false
		for code, r := range op.Responses {
			done = done || code < "400"
			if r.Description == "" || code >= "400" && len(r.Content) == 0 {
				t.Errorf("%s: answer %s is not described", pattern, code)
			}
		}
		if !done {
			t.Errorf("%s: what it answers when it is done is not described", pattern)
		}
		for _, code := range []string{"401", "403"} {
			if _, told := op.Responses[code]; !told && act != access.Anyone {
				t.Errorf("%s may be refused, and %s is not described", pattern, code)
			}
		}
		if strings.Contains(path, "{") && !strings.HasPrefix(path, "/debug/") && op.Responses["404"].Description == "" && op.Responses["409"].Description == "" {
			t.Errorf("%s names something, and what is answered when there is none is not described", pattern)
		}
	}
	for path, ops := range d.Paths {
		for method := range ops {
			if pattern := strings.ToUpper(method) + " " + path; !known[pattern] {
				t.Errorf("%s is described and not served", pattern)
			}
		}
	}
}
