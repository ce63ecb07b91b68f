package actors

// recents is a bounded map by topic that knows which of its values was used the longest ago.
type recents[V any] struct {
	nodes          map[Topic]*recent[V]
	oldest, newest *recent[V]
}

// recent is one value of recents, in their order of use.
type recent[V any] struct {
	topic        Topic
	value        V
	older, newer *recent[V]
}

// maxTopics bounds the answers a room remembers, and the subjects whose askers it counts.
const maxTopics = 4096

func newRecents[V any]() recents[V] { return recents[V]{nodes: make(map[Topic]*recent[V])} }

// find returns the value of a topic, nil when there is none.
func (r *recents[V]) find(t Topic) *V {
	if n := r.nodes[t]; n != nil {
		return &n.value
	}
	return nil
}

// use returns the value of a topic as the latest used, made when needed. When there are as many as there may be, the
// oldest that may goes first; nil when none may.
func (r *recents[V]) use(t Topic, may func(*V) bool) *V {
	n := r.nodes[t]
	switch {
	case n == nil && len(r.nodes) >= maxTopics && !r.evict(may):
		return nil
	case n == nil:
		n = &recent[V]{topic: t}
		r.nodes[t] = n
	case n == r.newest:
		return &n.value
	default:
		r.unlink(n)
	}
	n.older = r.newest
	if n.older == nil {
		r.oldest = n
	} else {
		n.older.newer = n
	}
	r.newest = n
	return &n.value
}

// evict forgets the oldest value that may be forgotten.
func (r *recents[V]) evict(may func(*V) bool) bool {
	for n := r.oldest; n != nil; n = n.newer {
		if may(&n.value) {
			r.forget(n)
			return true
		}
	}
	return false
}

// drop forgets the value of a topic.
func (r *recents[V]) drop(t Topic) {
	if n := r.nodes[t]; n != nil {
		r.forget(n)
	}
}

// forget forgets a value.
func (r *recents[V]) forget(n *recent[V]) {
	r.unlink(n)
	delete(r.nodes, n.topic)
}

func (r *recents[V]) unlink(n *recent[V]) {
	if n.older == nil {
		r.oldest = n.newer
	} else {
		n.older.newer = n.newer
	}
	if n.newer == nil {
		r.newest = n.older
	} else {
		n.newer.older = n.older
	}
	n.older, n.newer = nil, nil
}

// each calls yield for every value, oldest first, until it returns false; yield may forget the one it is given.
func (r *recents[V]) each(yield func(n *recent[V]) bool) {
	for n := r.oldest; n != nil; {
		next := n.newer
		if !yield(n) {
			return
		}
		n = next
	}
}
