package engine

import (
	"sync/atomic"

	"liveroom/engine/shop"
)

// wares is the one place that holds what the shop sells. The catalogue in it is immutable and swapped whole; who needs it
// loads it once for one piece of work and keeps it no longer.
type wares = atomic.Pointer[shop.Catalogue]
