package actors

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"liveroom/engine/live"
)

// listening are links that note who was told of an end that nobody had counted yet.
type listening struct {
	*links
	ended atomic.Int64
	told  atomic.Int64
	early atomic.Int64
}

func (l *listening) Send(s live.SessionID, frame []byte) bool {
	if !strings.HasPrefix(string(frame), "ack ") && l.ended.Load() < l.told.Add(1) {
		l.early.Add(1)
	}
	return l.links.Send(s, frame)
}

func (l *listening) SendOutcome(s live.SessionID, frame []byte) { l.Send(s, frame) }

// TestAnEndIsCountedBeforeItIsTold has messages end in a reply and in none: who is told finds them counted.
func TestAnEndIsCountedBeforeItIsTold(t *testing.T) {
	var l *listening
	s := newStand(t, func(_ *Config, p *Parts) {
		l = &listening{links: p.Outlet.(*links)}
		p.Outlet, p.OnEnd = l, func(Ended) { l.ended.Add(1) }
	})
	for i, typ := range []live.EventType{live.Message, live.Comment} {
		s.say(t, typ, "a", fmt.Sprint("e", i), []string{"stock", "chatter"}[i])
		s.links.wait(func(all []sent) bool {
			return slices.ContainsFunc(all, func(f sent) bool {
				return !strings.HasPrefix(f.frame, "ack ") && strings.Contains(f.frame, fmt.Sprint("e", i))
			})
		})
	}
	if told := l.told.Load(); told < 2 || l.early.Load() > 0 {
		t.Errorf("of %d ends %d were told before they were counted", told, l.early.Load())
	}
}
