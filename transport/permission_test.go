package transport

import (
	"os"
	"slices"
	"testing"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
)

// TestPermitsArePublished holds the table to what the wire documentation says of each word.
func TestPermitsArePublished(t *testing.T) {
	text, err := os.ReadFile("wire/asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct {
			Messages map[string]struct {
				Roles []string `yaml:"x-roles"`
			} `yaml:"messages"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for e := live.EventType(1); e.String() != ""; e++ {
		var want []string
		for _, r := range []live.Role{live.Ingest, live.Viewer, live.Seat} {
			if slices.Contains(permits[r], e) {
				want = append(want, r.String())
			}
		}
		if got := doc.Components.Messages[e.String()].Roles; !slices.Equal(got, want) {
			t.Errorf("%s may be sent by %v, published is %v", e, want, got)
		}
	}
}

func TestWhoMaySendWhat(t *testing.T) {
	i, v, s := live.Ingest, live.Viewer, live.Seat
	for e, roles := range map[live.EventType][]live.Role{
		live.Comment: {i, v}, live.Message: {i, v}, live.Enter: {i, v}, live.Leave: {i, v}, live.Like: {i, v}, live.Gift: {i},
		live.Follow: {i, v}, live.Share: {i, v}, live.CountsUpdate: {i}, live.StockUpdate: {i}, live.OrderUpdate: {i},
		live.Present: {i, s}, live.Rate: {i, v}, live.Take: {s}, live.Say: {s}, live.GiveBack: {s},
	} {
		allowed := map[live.Role]bool{}
		for _, r := range roles {
			allowed[r] = true
		}
		for _, r := range []live.Role{i, v, s, live.Admin} {
			ev := &live.Event{Type: e, ID: "1", Room: "r", User: "u"}
			if e == live.Rate || e == live.Take || e == live.Say || e == live.GiveBack {
				ev.Room, ev.User, ev.Dialogue = "", "", "r/u"
			}
			fault := forbid(&live.Link{Role: r, Room: "r", User: "u"}, ev)
			if (fault == nil) != allowed[r] {
				t.Errorf("%s from %s: %v, allowed is %t", e, r, fault, allowed[r])
			}
		}
	}
}

func TestLinksSpeakForThemselvesOnly(t *testing.T) {
	viewer := &live.Link{Role: live.Viewer, Room: "r", User: "u"}
	bound := &live.Link{Role: live.Ingest, Shop: "s", Room: "r"}
	free := &live.Link{Role: live.Ingest}
	seat := &live.Link{Role: live.Seat, Room: "a/b"}
	for _, c := range []struct {
		name  string
		who   *live.Link
		event live.Event
		code  live.Code
		field string
	}{
		{"own", viewer, live.Event{Type: live.Comment, Room: "r", User: "u"}, live.OK, ""},
		{"another user", viewer, live.Event{Type: live.Comment, Room: "r", User: "x"}, live.Forbidden, "user"},
		{"another room", viewer, live.Event{Type: live.Comment, Room: "x", User: "u"}, live.Forbidden, "room"},
		{"own dialogue", viewer, live.Event{Type: live.Rate, Dialogue: "r/u"}, live.OK, ""},
		{"another's dialogue", viewer, live.Event{Type: live.Rate, Dialogue: "r/x"}, live.Forbidden, "dialogue"},
		{"no dialogue", viewer, live.Event{Type: live.Rate, Dialogue: "ru"}, live.BadField, "dialogue"},
		{"bound to a room", bound, live.Event{Type: live.Comment, Room: "x", User: "u"}, live.Forbidden, "room"},
		{"stock has no room", bound, live.Event{Type: live.StockUpdate, Shop: "s"}, live.OK, ""},
		{"another shop", bound, live.Event{Type: live.StockUpdate, Shop: "x"}, live.Forbidden, "shop"},
		{"free", free, live.Event{Type: live.Comment, Room: "x", User: "u"}, live.OK, ""},
		{"escaped room", seat, live.Event{Type: live.Say, Dialogue: "a%2Fb/u"}, live.OK, ""},
		{"another room's dialogue", seat, live.Event{Type: live.Take, Dialogue: "a/b"}, live.Forbidden, "dialogue"},
	} {
		c.event.ID = "7"
		fault := forbid(c.who, &c.event)
		switch {
		case fault == nil && c.code == live.OK:
		case fault == nil || fault.Code != c.code || fault.Field != c.field || fault.To != "7" || fault.Hint == "":
			t.Errorf("%s: %+v, want %s %q", c.name, fault, c.code, c.field)
		}
	}
}

func TestPermissionCostsNothing(t *testing.T) {
	who := &live.Link{Role: live.Viewer, Room: "r", User: "u"}
	e := &live.Event{Type: live.Comment, ID: "1", Room: "r", User: "u"}
	if got := testing.AllocsPerRun(100, func() { forbid(who, e) }); got > 0 {
		t.Errorf("checking a permission allocates %.0f times, the budget is 0", got)
	}
}
