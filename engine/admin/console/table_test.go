package console

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// many is a house with 50,000 actors.
func many(s *stand) {
	for i := range 50_000 {
		s.house.actors = append(s.house.actors, Actor{
			Kind: "user", Room: live.RoomID(fmt.Sprintf("room-%02d", i%50)), User: live.UserID(fmt.Sprintf("u%05d", i)),
			Mailbox: int64(i % 1000), Handled: uint64(i),
		})
	}
	s.house.actors = append(s.house.actors, Actor{Kind: "room", Room: "room-00", Mailbox: 5000})
}

func TestPagesOfFiftyThousandActors(t *testing.T) {
	s := newStand(t)
	many(s)
	get := func(query string) Page[Actor] {
		t.Helper()
		var p Page[Actor]
		if code := s.ask(t, "GET", "/v1/actors?"+query, "", &p); code != 200 {
			t.Fatalf("%s answered %d", query, code)
		}
		return p
	}
	p := get("")
	if p.Total != 50_001 || p.Matched != 50_001 || len(p.Rows) != defaultRows || p.Rows[0].Kind != "room" || p.Rows[1].Mailbox != 999 {
		t.Errorf("the first page is %d of %d, begins with %+v; want 50 of 50,001 from the fullest mailbox on", len(p.Rows), p.Total, p.Rows[:2])
	}
	if p = get("kind=user&sort=user&limit=200&offset=49900"); len(p.Rows) != 100 || p.Rows[99].User != "u49999" || p.Matched != 50_000 {
		t.Errorf("the last page has %d rows of %d", len(p.Rows), p.Matched)
	}
	if p = get("kind=user&sort=user&order=desc&limit=1"); p.Rows[0].User != "u49999" {
		t.Errorf("backwards it begins with %+v", p.Rows[0])
	}
	if p = get("q=U0012"); p.Matched != 10 || p.Total != 50_001 {
		t.Errorf("a filter in another case matches %d, want 10", p.Matched)
	}
	if p = get("offset=99999"); len(p.Rows) != 0 || p.Rows == nil {
		t.Errorf("beyond the end there are %v", p.Rows)
	}
	seen := make(map[live.UserID]bool) // a row that is equal in the column comes once, whatever the page
	for offset := 0; offset < 2000; offset += 200 {
		for _, a := range get(fmt.Sprintf("sort=mailbox&limit=200&offset=%d&kind=user", offset)).Rows {
			if seen[a.User] {
				t.Fatalf("%s comes twice", a.User)
			}
			seen[a.User] = true
		}
	}
	for _, bad := range []string{"sort=colour", "limit=201", "offset=-1", "order=up", "kind=ghost", "color=1", "limit=x"} {
		if code := s.ask(t, "GET", "/v1/actors?"+bad, "", nil); code != http.StatusUnprocessableEntity {
			t.Errorf("%s answered %d, want 422", bad, code)
		}
	}
}

func TestLooksWithinASecondAreOnePass(t *testing.T) {
	s := newStand(t)
	now := time.Now()
	for i := range 9 {
		s.census.take(now.Add(time.Duration(i) * 100 * time.Millisecond))
	}
	if s.house.passes != 1 {
		t.Errorf("nine looks within a second made %d passes over the actors, want one", s.house.passes)
	}
}

func TestRatesNeedTwoLooks(t *testing.T) {
	s := newStand(t)
	s.house.actors = []Actor{{Kind: "user", Room: "demo", User: "u", Handled: 100}}
	now := time.Now()
	if a := s.census.take(now); a[0].Rate != nil {
		t.Errorf("the first look tells a rate of %v", *a[0].Rate)
	}
	s.house.actors[0].Handled = 120
	if a := s.census.take(now.Add(2 * time.Second)); a[0].Rate == nil || *a[0].Rate != 10 {
		t.Errorf("the second look tells %v, want 10 a second", a[0].Rate)
	}
	s.house.actors[0].Handled = 3 // it left memory and came back
	if a := s.census.take(now.Add(4 * time.Second)); a[0].Rate != nil {
		t.Errorf("a new actor tells a rate of %v", *a[0].Rate)
	}
	if a := s.census.take(now.Add(time.Hour)); a[0].Rate != nil {
		t.Errorf("after an hour there is a rate of %v", *a[0].Rate)
	}
}

func TestQuantiles(t *testing.T) {
	h := histogram{bounds: []float64{.1, .2, .8}, counts: []uint64{50, 40, 9, 1}}
	for q, want := range map[float64]float64{.5: .1, .25: .05, .9: .2, .99: .8, 1: .8} {
		if got, ok := h.quantile(q, 0); !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile(%v) = %v %v, want %v", q, got, ok, want)
		}
	}
	low := histogram{bounds: []float64{2, 3}, counts: []uint64{4, 0, 0}}
	if got, ok := low.quantile(.5, 1); !ok || got != 1.5 {
		t.Errorf("the middle of what lies between 1 and 2 is %v %v, want 1.5", got, ok)
	}
	if share, ok := h.within(.8); !ok || share != .99 {
		t.Errorf("within 0.8 are %v %v, want 0.99", share, ok)
	}
	if _, ok := h.within(.5); ok {
		t.Error("a share is told of a bound that is none")
	}
	empty := histogram{bounds: []float64{1}, counts: []uint64{0, 0}}
	if _, ok := empty.quantile(.5, 0); ok {
		t.Error("nothing counted has a quantile")
	}
	if _, ok := empty.within(1); ok {
		t.Error("nothing counted has a share")
	}
	reset := histogram{bounds: []float64{.1, .2, .8}, counts: []uint64{1, 0, 0, 0}}
	if d := reset.minus(h); d.total() != 1 {
		t.Errorf("after a reset %d are counted, want 1", d.total())
	}
}

func TestOverviewTellsNoZeroForWhatIsNotKnown(t *testing.T) {
	s := newStand(t)
	var o map[string]any
	s.ask(t, "GET", "/v1/overview", "", &o)
	if line := o["line"].(map[string]any); line["within"] != nil || o["messages"] != nil {
		t.Errorf("without any metric it tells %v and %v", line, o["messages"])
	}
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "liveroom_actors_stage_seconds", Buckets: []float64{.1, .8, 1.6}}, []string{"stage"})
	shed := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liveroom_actors_outcomes_total"}, []string{"outcome"})
	s.house.reg.MustRegister(h, shed)
	now := time.Now()
	start := now.Add(-time.Minute)
	if _, err := s.meter.look(now, start); err != nil {
		t.Fatal(err)
	}
	for range 90 {
		h.WithLabelValues("total").Observe(.05)
	}
	for range 10 {
		h.WithLabelValues("total").Observe(1)
	}
	shed.WithLabelValues("shed").Add(20)
	p, err := s.meter.look(now.Add(10*time.Second), start)
	if err != nil {
		t.Fatal(err)
	}
	got := overviewOf(s.house.Status(), p, nil, now)
	if *got.Line.Within != .9 || got.Line.Count != 100 {
		t.Errorf("the line is %+v, want 90 of 100 within", got.Line)
	}
	if len(got.Alarms) != 2 || got.Alarms[0].Key != "shed" || math.Abs(got.Alarms[0].Value-2) > .1 || got.Alarms[1].Key != "line" {
		t.Errorf("alarms are %+v, want what is shed and the line", got.Alarms)
	}
}

func TestSeatActs(t *testing.T) {
	s := newStand(t)
	for _, c := range []struct {
		path, body string
		want       int
	}{
		{"demo/users/u/seat/take", `{}`, 200},
		{"demo/users/" + url.PathEscape("小美/1") + "/seat/say", `{"text":"您好"}`, 200},
		{"demo/users/u/seat/say", `{"text":"  "}`, 422},
		{"demo/users/u/seat/say", `{"text":"` + strings.Repeat("字", 2001) + `"}`, 422},
		{"demo/users/u/seat/dance", `{}`, 422},
		{"demo/users/taken/seat/take", `{}`, 409},
		{"demo/users/u/seat/take", `{"x":1}`, 422},
	} {
		if code := s.ask(t, "POST", "/v1/rooms/"+c.path, c.body, nil); code != c.want {
			t.Errorf("%s %s answered %d, want %d", c.path, c.body, code, c.want)
		}
	}
	if got := fmt.Sprint(s.house.acts); got != "[take demo/u  say demo/小美/1 您好]" {
		t.Errorf("done was %s", got)
	}
	if code := s.ask(t, "GET", "/v1/rooms/demo/users/nobody", "", nil); code != 404 {
		t.Errorf("nobody's dialogue answered %d", code)
	}
	if code := s.ask(t, "POST", "/v1/links/s2/kick", "", nil); code != 404 {
		t.Errorf("a link that there is not answered %d", code)
	}
}

func TestStateOfAnActorIsForWhoMayReadDialogues(t *testing.T) {
	s := newStand(t)
	var a ActorNow
	if s.ask(t, "GET", "/v1/actor?room=demo&user=u", "", &a); a.State == "" {
		t.Error("the state is left out")
	}
	s.house.denied[DialogueRead] = true
	a = ActorNow{}
	if s.ask(t, "GET", "/v1/actor?room=demo&user=u", "", &a); a.State != "" {
		t.Errorf("who may not read dialogues is told %q", a.State)
	}
}

// TestTheDescriptionIsWhole reads the OpenAPI description, and asks that every route stands in it with its act.
func TestTheDescriptionIsWhole(t *testing.T) {
	s := newStand(t)
	var d struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			Act string `json:"x-act"`
		} `json:"paths"`
	}
	if s.ask(t, "GET", "/v1/openapi.json", "", &d); !strings.HasPrefix(d.OpenAPI, "3.1") {
		t.Errorf("it is of version %q", d.OpenAPI)
	}
	for pattern, act := range s.Acts() {
		method, path, _ := strings.Cut(pattern, " ")
		if strings.HasPrefix(path, "/v1/openapi") || path == "/v1/stream" || !strings.HasPrefix(path, "/v1/") {
			continue
		}
		if got := d.Paths[path][strings.ToLower(method)].Act; got != act {
			t.Errorf("%s is described with act %q, want %q", pattern, got, act)
		}
		if _, ok := s.Routes()[pattern]; !ok {
			t.Errorf("%s has an act and no route", pattern)
		}
	}
	for pattern := range s.Routes() {
		if s.Acts()[pattern] == "" {
			t.Errorf("%s needs no act", pattern)
		}
	}
}

func TestThePage(t *testing.T) {
	s := newStand(t)
	for path, want := range map[string]int{"/console/": 200, "/console/rooms/demo": 200, "/console/assets/none.js": 404, "/": 302} {
		if code := s.ask(t, "GET", path, "", nil); code != want {
			t.Errorf("GET %s answered %d, want %d", path, code, want)
		}
	}
	if strings.Contains(pageSecurity, "unsafe") || !strings.HasPrefix(pageSecurity, "default-src 'none'") {
		t.Errorf("the policy is %s", pageSecurity)
	}
}

func BenchmarkActorPage(b *testing.B) {
	c := &Console{census: &census{of: houseActors{newHouse()}}}
	s := &stand{Console: c, house: c.census.of.(houseActors).house}
	many(s)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.actorPage(now, sight{}, ActorQuery{}); err != nil {
			b.Fatal(err)
		}
	}
}
