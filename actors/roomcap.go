package actors

import "slices"

// publicCap bounds the public replies of a room in any minute. One place is kept for a closing reply.
type publicCap struct {
	limit    int
	granted  []grant // of the last minute, in order; at most limit
	closings int     // among granted
}

type grant struct {
	at      int64 // Unix milliseconds
	closing bool
}

// answer takes a place for an answer and tells whether there was one.
func (c *publicCap) answer(now int64) bool {
	c.expire(now)
	if len(c.granted) >= c.limit || len(c.granted)-c.closings >= max(1, c.limit-1) {
		return false
	}
	c.granted = append(c.granted, grant{at: now})
	return true
}

// closing takes a place for a closing reply and tells whether there was one.
func (c *publicCap) closing(now int64) bool {
	c.expire(now)
	if len(c.granted) >= c.limit {
		return false
	}
	c.granted = append(c.granted, grant{at: now, closing: true})
	c.closings++
	return true
}

// giveBack frees the place of an answer that was not given.
func (c *publicCap) giveBack(at int64) {
	for i := len(c.granted) - 1; i >= 0; i-- {
		if c.granted[i] == (grant{at: at}) {
			c.granted = slices.Delete(c.granted, i, i+1)
			return
		}
	}
}

func (c *publicCap) expire(now int64) {
	n := 0
	for n < len(c.granted) && now-c.granted[n].at >= minute {
		if c.granted[n].closing {
			c.closings--
		}
		n++
	}
	if n > 0 {
		c.granted = slices.Delete(c.granted, 0, n)
	}
}
