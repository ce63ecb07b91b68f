package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// monitored is one expression of the dashboard or the rules, and the labels that its texts name.
type monitored struct {
	where, expr string
	texts       []string
}

// TestDashboardAndAlertsFitTheMetrics runs every expression of deploy/ against what a node with everything switched on
// exposes: names, labels, their values, the ends of buckets, and whether two sides of an operation can match.
func TestDashboardAndAlertsFitTheMetrics(t *testing.T) {
	certs := t.TempDir()
	writeCertificate(t, certs)
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.Front.CertFile, c.Front.KeyFile = filepath.Join(certs, "cert.pem"), filepath.Join(certs, "key.pem")
		c.Front.TCPAddr, c.Front.WSAddr = "127.0.0.1:0", "127.0.0.1:0"
	})
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "3号链接还剩多少件"))
	c.next("reply")
	resp, err := http.Post(n.Addrs().Admin+"/v1/session", "application/json", strings.NewReader(`{"name":"admin","password":"not it"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	x, err := readExposed(string(n.metrics(t)), n.parts.registry)
	if err != nil {
		t.Fatal(err)
	}

	shown := make(map[string]bool)
	label := regexp.MustCompile(`(?:\{\{ ?|\$labels\.)([a-z_]+)`)
	for _, w := range append(dashboard(t, x), rules(t)...) {
		q, err := parseQuery(w.expr)
		if err != nil {
			t.Errorf("%s: %s: %v", w.where, w.expr, err)
			continue
		}
		yields, err := x.check(q)
		if err != nil {
			t.Errorf("%s: %v\n%s", w.where, err, w.expr)
			continue
		}
		q.each(func(q *query) { shown[q.name] = true })
		for _, text := range w.texts {
			for _, found := range label.FindAllStringSubmatch(text, -1) {
				if !yields.has(found[1]) {
					t.Errorf("%s: %q names the label %s, and the expression yields %v", w.where, text, found[1], yields.labels)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.kinds)) {
		if strings.HasPrefix(name, "liveroom_") && !shown[name] && !shown[name+"_bucket"] && !shown[name+"_sum"] {
			t.Logf("%s is exposed, and neither the dashboard nor a rule looks at it", name)
		}
	}
}

// dashboard returns what the panels show, and reports those that are in one another's way.
func dashboard(t *testing.T, x *exposed) (all []monitored) {
	t.Helper()
	var board struct {
		Templating struct {
			List []struct {
				Type  string
				Query json.RawMessage
			}
		}
		Panels []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr, LegendFormat, RefID string }
		}
	}
	readInto(t, "../deploy/grafana/liveroom.json", func(b []byte) error { return json.Unmarshal(b, &board) })
	for _, v := range board.Templating.List {
		if found := regexp.MustCompile(`label_values\((\w+), (\w+)\)`).FindSubmatch(v.Query); found != nil {
			if _, ok := x.series[string(found[1])][string(found[2])]; !ok {
				t.Errorf("a variable wants %s, which the node does not expose", found[0])
			}
		}
	}
	ids, cells := make(map[int]bool), make(map[[2]int]string)
	for _, p := range board.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %q has no id of its own, or no title: %d", p.Title, p.ID)
		}
		ids[p.ID] = true
		for col := p.GridPos.X; col < p.GridPos.X+p.GridPos.W; col++ {
			for row := p.GridPos.Y; row < p.GridPos.Y+p.GridPos.H; row++ {
				if other := cells[[2]int{col, row}]; other != "" || col >= 24 {
					t.Fatalf("panel %q lies over %q, or beyond the 24th column", p.Title, other)
				}
				cells[[2]int{col, row}] = p.Title
			}
		}
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			if !strings.Contains(target.Expr, `instance=~"$node"`) {
				t.Errorf("panel %q does not heed the chosen node: %s", p.Title, target.Expr)
			}
			expr := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
			all = append(all, monitored{fmt.Sprintf("panel %q %s", p.Title, target.RefID), expr, []string{target.LegendFormat}})
		}
	}
	return all
}

// rules returns what the alerts watch, and reports those that do not say what to do.
func rules(t *testing.T) (all []monitored) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	readInto(t, "../deploy/prometheus/alerts.yaml", func(b []byte) error {
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		return d.Decode(&file)
	})
	names := make(map[string]bool)
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if names[r.Alert] || !strings.HasPrefix(r.Alert, "Liveroom") {
				t.Errorf("%s: want a name of its own that begins with Liveroom", r.Alert)
			}
			names[r.Alert] = true
			if s := r.Labels["severity"]; s != "page" && s != "ticket" {
				t.Errorf("%s: severity %q, want page or ticket", r.Alert, s)
			}
			summary, action := r.Annotations["summary"], r.Annotations["action"]
			if summary == "" || action == "" {
				t.Errorf("%s: want a summary and an action", r.Alert)
			}
			all = append(all, monitored{r.Alert, r.Expr, []string{summary, action}})
		}
	}
	if len(all) == 0 {
		t.Error("there are no rules")
	}
	return all
}

func readInto(t *testing.T, path string, decode func([]byte) error) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = decode(b)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestWrongQueriesAreFound makes sure that the judge of the test above sees what it is there for.
func TestWrongQueriesAreFound(t *testing.T) {
	x := &exposed{
		kinds: map[string]string{"a_total": "counter", "b": "gauge", "h": "histogram"},
		series: map[string]map[string]map[string]bool{
			"a_total":  {"instance": nil, "result": {"ok": true, "failed": true}},
			"b":        {"instance": nil},
			"h_bucket": {"instance": nil, "le": {"0.4": true, "0.8": true, "+Inf": true}},
		},
	}
	for expr, want := range map[string]string{
		`rate(a_total{result=~"ok|failed"}[5m]) > 0.5 * rate(a_total[5m])`: "",
		`sum by (result) (rate(a_total[5m])) / 2 or b`:                     "",
		`histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) > 0.8`: "",
		`clamp_min(b, 1)`:                  "",
		`clamp_min(b, b)`:                  "want series and a number",
		`predict_linear(b[6h], 86400) < 0`: "",
		`b - time() < 14 * 86400`:          "",
		`rate(c_total[5m])`:                "no such metric",
		`rate(b[5m])`:                      "want a counter or histogram or summary",
		`rate(a_total)`:                    "want a range",
		`a_total{reason="ok"}`:             "no label reason",
		`a_total{result="okay"}`:           `never result="okay"`,
		`a_total{result=~"ok|lost"}`:       `never result="lost"`,
		`sum by (code) (a_total)`:          "no such label",
		`rate(a_total[5m]) > sum by (instance) (rate(a_total[5m]))`:        "nothing matches",
		`histogram_quantile(0.99, sum by (instance) (rate(h_bucket[5m])))`: "label le",
		`histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) > 0.5`: "no bucket ends there",
		`sum(rate(h_bucket{le="0.5"}[5m]))`:                                `never le="0.5"`,
		`quantile_over_time(0.9, b[5m])`:                                   "does not know",
		`sum(rate(a_total[5m])`:                                            "want )",
		`sum(rate(a_total[5m])) b`:                                         "an operator",
		`a_total{result}`:                                                  "=, !=, =~ or !~",
		`a_total[5m] + b`:                                                  "a range is no operand",
		``:                                                                 "an expression",
		`b ? 1`:                                                            "a word of PromQL",
	} {
		q, err := parseQuery(expr)
		if err == nil {
			_, err = x.check(q)
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", expr, err, want)
		}
	}
}
