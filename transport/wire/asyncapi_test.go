package wire

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
)

// schema is as much of the published document as is checked.
type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       string            `yaml:"type"`
	Const      any               `yaml:"const"`
	Enum       []string          `yaml:"enum"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	MinLength  int64             `yaml:"minLength"`
	MaxLength  int64             `yaml:"maxLength"`
	Minimum    int64             `yaml:"minimum"`
	Maximum    int64             `yaml:"maximum"`
	Codes      map[string][2]any `yaml:"x-codes"`
}

type reference struct {
	Ref string `yaml:"$ref"`
}

type published struct {
	AsyncAPI   string `yaml:"asyncapi"`
	Operations map[string]struct {
		Action   string      `yaml:"action"`
		Messages []reference `yaml:"messages"`
	} `yaml:"operations"`
	Channels map[string]struct {
		Messages map[string]reference `yaml:"messages"`
	} `yaml:"channels"`
	Components struct {
		Schemas  map[string]schema `yaml:"schemas"`
		Messages map[string]struct {
			Payload schema `yaml:"payload"`
		} `yaml:"messages"`
	} `yaml:"components"`
}

func readPublished(t *testing.T) *published {
	t.Helper()
	text, err := os.ReadFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var p published
	if err := yaml.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	if p.AsyncAPI != "3.0.0" {
		t.Fatalf("asyncapi is %q", p.AsyncAPI)
	}
	return &p
}

// resolve follows a reference to a schema.
func (p *published) resolve(t *testing.T, s schema) schema {
	t.Helper()
	const prefix = "#/components/schemas/"
	if s.Ref == "" {
		return s
	}
	got, ok := p.Components.Schemas[s.Ref[len(prefix):]]
	if !ok {
		t.Fatalf("%s does not exist", s.Ref)
	}
	return got
}

func TestPublishedEvents(t *testing.T) {
	p := readPublished(t)
	for e := live.EventType(1); int(e) < len(eventRules); e++ {
		m, ok := p.Components.Messages[e.String()]
		if !ok {
			t.Errorf("%s is not published", e)
			continue
		}
		names, required := []string{"type"}, []string{"type"}
		for _, r := range eventRules[e] {
			name := fieldNames[r.field]
			names = append(names, name)
			if r.need {
				required = append(required, name)
			}
			checkRule(t, e.String()+"."+name, r, p.resolve(t, m.Payload.Properties[name]))
		}
		same(t, e.String()+" fields", slices.Collect(maps.Keys(m.Payload.Properties)), names)
		same(t, e.String()+" required", m.Payload.Required, required)
		if m.Payload.Properties["type"].Const != e.String() {
			t.Errorf("%s: type is %v", e, m.Payload.Properties["type"].Const)
		}
	}
}

func checkRule(t *testing.T, name string, r rule, s schema) {
	t.Helper()
	want := schema{}
	switch r.shape {
	case anID, aText:
		want = schema{Type: "string", MinLength: 1, MaxLength: r.max}
	case aLine:
		want = schema{Type: "string", MaxLength: r.max}
	case aTime:
		want = schema{Type: "integer"}
	case aCount:
		want = schema{Type: "integer", Minimum: r.min, Maximum: r.max}
	case aBool:
		want = schema{Type: "boolean"}
	case aState:
		want = schema{Type: "string"}
		for st := live.OrderCreated; st.String() != ""; st++ {
			want.Enum = append(want.Enum, st.String())
		}
		same(t, name, s.Enum, want.Enum)
	}
	if s.Type != want.Type || s.MinLength != want.MinLength || s.MaxLength != want.MaxLength || s.Minimum != want.Minimum || s.Maximum != want.Maximum {
		t.Errorf("%s is published as %+v, the code wants %+v", name, s, want)
	}
}

// TestPublishedFrames compares what is published with what the encoders write, with all and with no optional fields.
func TestPublishedFrames(t *testing.T) {
	p := readPublished(t)
	reply := &live.Reply{Script: "s", Variant: "v", Count: 1, Decided: live.DecidedByModel, Scope: live.Public, HandedOver: true}
	for name, frames := range map[string][2][]byte{ // everything, and what is always there
		"welcome": {AppendWelcome(nil, "s", 1), AppendWelcome(nil, "", 0)},
		"ack":     {AppendAck(nil, "a"), AppendAck(nil, "")},
		"reply":   {AppendReply(nil, reply), AppendReply(nil, &live.Reply{})},
		"alarm": {
			joined(
				AppendAlarm(nil, &live.Alarm{Kind: live.AlarmHost, Viewers: 1, Sold: live.Absent}),
				AppendAlarm(nil, &live.Alarm{Kind: live.AlarmSuggest, Viewers: live.Absent, Sold: 1, Dialogue: "d", Text: "t", To: "c", Reason: "asked", Scope: live.Public}),
			),
			AppendAlarm(nil, &live.Alarm{Viewers: live.Absent, Sold: live.Absent}),
		},
		"handover": {AppendHandover(nil, &Handover{Reason: live.BecauseAsked}), AppendHandover(nil, &Handover{})},
		"outcome":  {AppendOutcome(nil, "a", live.Merged, "r", "j"), AppendOutcome(nil, "", 0, "", "")},
		"error":    {AppendError(nil, &live.Fault{Field: "f", To: "t"}), AppendError(nil, &live.Fault{})},
		"bye":      {AppendBye(nil, live.Idle, "r", time.Second), AppendBye(nil, live.Idle, "", 0)},
		"ping":     {AppendPing(nil), AppendPing(nil)},
		"pong":     {AppendPong(nil), AppendPong(nil)},
		"hello": {
			AppendHello(nil, &Hello{Role: live.Viewer, Token: "t", Resume: &Resume{Session: "s", After: "a"}}),
			[]byte(`{"type":"hello","v":1,"role":"viewer","token":"t"}`),
		},
	} {
		m := p.Components.Messages[name].Payload
		same(t, name+" fields", slices.Collect(maps.Keys(m.Properties)), keys(t, frames[0]))
		same(t, name+" required", m.Required, keys(t, frames[1]))
	}
}

// joined makes one object of two.
func joined(a, b []byte) []byte {
	return append(append(a[:len(a)-1:len(a)-1], ','), b[1:]...)
}

func keys(t *testing.T, frame []byte) []string {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(frame, &o); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(maps.Keys(o))
}

func TestPublishedCodes(t *testing.T) {
	p := readPublished(t)
	code := p.Components.Schemas["code"]
	all := live.Codes()
	if len(code.Enum) != len(all) || len(code.Codes) != len(all) {
		t.Fatalf("%d codes and %d meanings are published, there are %d", len(code.Enum), len(code.Codes), len(all))
	}
	for i, c := range all {
		if code.Enum[i] != c.String() {
			t.Errorf("code %d is published as %s, it is %s", i, code.Enum[i], c)
		}
		if meaning := code.Codes[c.String()]; meaning[0] != c.CloseCode() || meaning[1] == "" {
			t.Errorf("%s is published as %v, its close code is %d", c, meaning, c.CloseCode())
		}
	}
	same(t, "outcomes", p.Components.Messages["outcome"].Payload.Properties["outcome"].Enum, []string{"replied", "merged", "handed_over", "quiet", "shed"})
}

// TestPublishedWordsAreTold checks that every message is in the channel and in the operation of its direction.
func TestPublishedWordsAreTold(t *testing.T) {
	p := readPublished(t)
	messages := slices.Collect(maps.Keys(p.Components.Messages))
	same(t, "channel", slices.Collect(maps.Keys(p.Channels["link"].Messages)), messages)
	var in, out []string
	const prefix = "#/channels/link/messages/"
	for _, r := range p.Operations["hear"].Messages {
		in = append(in, r.Ref[len(prefix):])
	}
	for _, r := range p.Operations["tell"].Messages {
		out = append(out, r.Ref[len(prefix):])
	}
	want := []string{"hello", "ping", "pong"}
	for e := live.EventType(1); int(e) < len(eventRules); e++ {
		want = append(want, e.String())
	}
	same(t, "in", in, want)
	same(t, "out", out, []string{"ping", "pong", "welcome", "ack", "reply", "outcome", "alarm", "handover", "error", "bye"})
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v are published, the code has %v", what, got, want)
	}
}

// TestSwitchesAgreeWithTheirTables holds the hot switches to the names they stand for.
func TestSwitchesAgreeWithTheirTables(t *testing.T) {
	for f := field(1); f < fieldsEnd; f++ {
		if fieldOf([]byte(fieldNames[f])) != f {
			t.Errorf("fieldOf(%s) = %d, want %d", fieldNames[f], fieldOf([]byte(fieldNames[f])), f)
		}
	}
	for f := outField(1); f < outEnd; f++ {
		if outFieldOf([]byte(outNames[f])) != f {
			t.Errorf("outFieldOf(%s) = %d, want %d", outNames[f], outFieldOf([]byte(outNames[f])), f)
		}
	}
	for e := live.EventType(0); int(e) < len(eventRules)+5; e++ {
		if name := e.String(); name != "" && (eventTypeOf([]byte(name)) != e || len(eventRules[e]) == 0) {
			t.Errorf("eventTypeOf(%s) = %d, want %d with rules", name, eventTypeOf([]byte(name)), e)
		}
	}
	if fieldOf([]byte("ID")) != 0 || outFieldOf(nil) != 0 || eventTypeOf([]byte("hello")) != 0 {
		t.Error("an unknown name is known")
	}
}
