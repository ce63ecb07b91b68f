package chorus

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/loadtest/report"
)

func TestSays(t *testing.T) {
	for _, c := range []struct {
		text   string
		number int64
		want   bool
	}{
		{"还剩128件", 128, true},
		{"128", 128, true},
		{"3号还剩1280件", 128, false},
		{"3号还剩1128件", 128, false},
		{"", 128, false},
		{"没货了", 0, false},
		{"0件", 0, true},
		{"3号，500人，128件", 500, true},
		{"１２８件", 128, false},
	} {
		if got := says(c.text, c.number); got != c.want {
			t.Errorf("says(%q, %d) = %v, want %v", c.text, c.number, got, c.want)
		}
	}
}

const good = "刚才有9位宝宝问3号链接库存：现在还剩128件"

// verdict judges a burst of nine people on link 5, of whom so many were answered.
func verdict(answered int64, tell func(*Chorus)) (*report.Chorus, string) {
	c := New(128, 5)
	c.Reply(20*time.Millisecond, "r1", "3号链接还剩128件")
	if tell != nil {
		tell(c)
	}
	got := c.Report(Asked{Askers: 9, Answered: answered, First: 10 * time.Millisecond, Last: time.Second})
	r := &report.Report{Chorus: got, Limits: report.DefaultLimits()}
	r.Judge()
	return got, strings.Join(slices.Concat(r.Verdict.Broken, r.Verdict.Missed), "; ")
}

func TestVerdict(t *testing.T) {
	closing := func(id, text string, count int64, links ...int) func(*Chorus) {
		return func(c *Chorus) {
			for _, l := range links {
				c.Closing(3*time.Second, l, id, text, count)
			}
		}
	}
	both := func(a, b func(*Chorus)) func(*Chorus) { return func(c *Chorus) { a(c); b(c) } }
	reply := func(at time.Duration, id, text string) func(*Chorus) {
		return func(c *Chorus) { c.Reply(at, id, text) }
	}
	right := closing("c1", good, 9, 1, 5)
	for name, c := range map[string]struct {
		answered int64
		tell     func(*Chorus)
		says     string // "" when all is well
	}{
		"well":                {9, right, ""},
		"none":                {9, nil, "no closing reply came"},
		"two":                 {9, both(right, closing("c2", good, 9, 5)), "1 closing replies more than one"},
		"one on a few links":  {9, closing("c1", good, 9, 2, 1, 5, 0), ""},
		"twice on one link":   {9, both(right, closing("c1", good, 9, 5)), "came twice"},
		"too high a count":    {9, closing("c1", good, 10, 5), "count is not the number"},
		"another total":       {9, closing("c1", "刚才有8位宝宝问3号链接库存：现在还剩128件", 9, 5), "another total"},
		"another figure":      {9, closing("c1", "刚才有9位宝宝问3号链接库存：现在还剩127件", 9, 5), "another stock figure"},
		"no figure":           {9, closing("c1", "刚才有9位宝宝问到3号链接", 9, 5), "another stock figure"},
		"some without answer": {8, closing("c1", "刚才有8位宝宝问3号链接库存：现在还剩128件", 8, 5), "1 of 9 people were neither"},
		"a wrong reply":       {9, both(right, reply(30*time.Millisecond, "r2", "3号链接还剩12件")), "without the stock figure"},
		"the same reply":      {9, both(right, reply(30*time.Millisecond, "r1", "3号链接还剩128件")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, got := verdict(c.answered, c.tell)
			if c.says == "" && got != "" || !strings.Contains(got, c.says) {
				t.Errorf("%+v is judged %q, want %q", r, got, c.says)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	r, _ := verdict(9, func(c *Chorus) {
		if _, closed := c.Closed(); closed {
			t.Error("a burst is closed before a closing reply came")
		}
		c.Closing(2500*time.Millisecond, 0, "c1", good, 9) // on a viewer's link
		if _, closed := c.Closed(); closed {
			t.Error("a burst is closed before its carrier was told")
		}
		c.Closing(3*time.Second, 5, "c1", good, 9)
		c.Reply(2*time.Second, "r2", "3号链接还剩128件")
		if at, closed := c.Closed(); !closed || at != 3*time.Second {
			t.Errorf("Closed() = %v, %v, want 3 s", at, closed)
		}
	})
	if r.FirstMs != 10 || r.Replies != 2 || r.Closings[0].AfterMs != 2000 || r.Closings[0].Links != 2 {
		t.Errorf("report %+v, want the first after 10 ms, two replies, the closing after 2 s on two links", r)
	}
	if none := New(1, 0).Report(Asked{Askers: 1}); none.FirstMs != 0 || none.Closings == nil {
		t.Errorf("a burst nobody answered is %+v", none)
	}
}

func TestSlowFirst(t *testing.T) {
	c := New(128, 5)
	c.Reply(900*time.Millisecond, "r1", "还剩128件")
	r := &report.Report{Chorus: c.Report(Asked{First: 50 * time.Millisecond}), Limits: report.DefaultLimits()}
	r.Judge()
	if got := strings.Join(r.Verdict.Missed, "; "); !strings.Contains(got, "after 850.0 ms") {
		t.Errorf("a first answer after 850 ms is judged %q", got)
	}
}
