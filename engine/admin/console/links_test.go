package console

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestLinksTellRatesAndWhoIsSlow(t *testing.T) {
	h := newHouse()
	c := &linkCensus{of: houseLinks{h}}
	h.links = []Link{{Session: "a", In: 10, Out: 100, Outbox: 51, Most: 100}, {Session: "b", Outbox: 50, Most: 100}, {Session: "c", Outbox: 9}}
	begin := time.Now()
	first := c.take(begin)
	if !first[0].Slow || first[1].Slow || first[2].Slow || first[0].RateIn != nil {
		t.Errorf("at first the links are %+v, want a slow, and no rates", first)
	}
	h.links = []Link{{Session: "a", In: 30, Out: 100}, {Session: "b", In: 1, Out: 0}, {Session: "d", In: 7}}
	if again := c.take(begin.Add(freshFor / 2)); again[0].In != 10 {
		t.Error("the links are counted twice within a second")
	}
	next := c.take(begin.Add(2 * time.Second))
	if *next[0].RateIn != 10 || *next[0].RateOut != 0 || *next[1].RateIn != .5 || next[2].RateIn != nil {
		t.Errorf("two seconds later the links are %+v", next)
	}
	h.links[0].In = 3 // another link under the same session
	if late := c.take(begin.Add(4 * time.Second)); late[0].RateIn != nil {
		t.Errorf("a count that went back has the rate %v", *late[0].RateIn)
	}
	if late := c.take(begin.Add(2 * paceFor)); late[1].RateIn != nil {
		t.Error("a rate is told against a pass long ago")
	}
}

func TestLinkFiguresAreOfWhatIsCounted(t *testing.T) {
	s := newStand(t)
	var page LinkPage
	s.ask(t, "GET", "/v1/links", "", &page)
	if page.Total != 1 || page.All.Evicted != nil || page.All.Byes == nil || len(page.All.Byes) != 0 {
		t.Errorf("with nothing counted the links are %+v", page)
	}
	byes := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liveroom_transport_byes_total"}, []string{"code"})
	evicted := prometheus.NewCounter(prometheus.CounterOpts{Name: "liveroom_transport_evictions_total"})
	s.house.reg.MustRegister(byes, evicted)
	byes.WithLabelValues("slow_consumer").Add(3)
	byes.WithLabelValues("draining")
	evicted.Add(3)
	s.ask(t, "GET", "/v1/links?slow=true", "", &page)
	if page.Total != 0 || len(page.All.Byes) != 1 || page.All.Byes[0].Name != "slow_consumer" || page.All.Byes[0].Close < 4000 || page.All.Evicted.Total != 3 {
		t.Errorf("the links are %+v", page)
	}
}
