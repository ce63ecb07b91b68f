package shop

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"liveroom/engine/live"
)

// 64 users race for 100 pieces, each asking for more than its share, and asking for the same twice.
func TestARaceForTheLastPieces(t *testing.T) {
	for name, events := range map[string][]*live.Event{
		"in all":         {stockEvent("DEMO-3", "", 100, 1)},
		"two warehouses": {stockEvent("DEMO-3", "beijing", 61, 1), stockEvent("DEMO-3", "hangzhou", 39, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			l := stocked(t, events...)
			var got atomic.Int64
			var users sync.WaitGroup
			begin := make(chan struct{})
			for u := range 64 {
				users.Go(func() {
					<-begin
					for n := range 5 {
						r := asked(fmt.Sprintf("%d-%d", u, n), fmt.Sprint(u), "DEMO-3", 1)
						var short *NotEnoughError
						switch held, err := l.Reserve(at(10), r); {
						case err == nil:
							got.Add(held.Quantity)
							if again, err := l.Reserve(at(10), r); err != nil || again != held {
								t.Errorf("the same again: %+v, %v", again, err)
							}
							if _, err := l.Confirm(at(10), r.ID, 2000); err != nil {
								t.Error(err)
							}
						case !errors.As(err, &short) || short.Left != 0:
							t.Errorf("reserve: %v", err)
						}
						if n := left(l, "DEMO-3"); n < 0 || n > 100 {
							t.Errorf("%d are left", n)
						}
					}
				})
			}
			close(begin)
			users.Wait()
			if got.Load() != 100 {
				t.Errorf("%d of 100 pieces were reserved", got.Load())
			}
			wantHeld(t, l, "after the race", 0, 100, 0, 0)
		})
	}
}
