package storage

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"sync"
	"sync/atomic"

	"liveroom/engine/live"
)

// bloom is a set of users that never forgets and sometimes (about 1 in 100) takes a stranger for a member. It grows by
// adding filters of twice the size. Safe for any number of goroutines; has takes no lock.
type bloom struct {
	seed    maphash.Seed
	filters atomic.Pointer[[]*filter]
	mu      sync.Mutex // guards growing
}

const (
	bloomProbes = 7
	bloomBits   = 10 // a user
	bloomLeast  = 1 << 16
)

type filter struct {
	words []atomic.Uint64
	mask  uint64
	room  int64 // how many users it takes
	count atomic.Int64
}

func newBloom(users int) *bloom {
	b := &bloom{seed: maphash.MakeSeed()}
	b.filters.Store(&[]*filter{newFilter(max(users, bloomLeast))})
	return b
}

func newFilter(users int) *filter {
	size := uint64(1) << bits.Len64(uint64(users)*bloomBits-1)
	return &filter{words: make([]atomic.Uint64, size/64), mask: size - 1, room: int64(size / bloomBits)}
}

func (b *bloom) hash(k live.UserKey) uint64 {
	var h maphash.Hash
	h.SetSeed(b.seed)
	h.WriteString(string(k.Room))
	h.WriteByte(0xff) // never part of UTF-8
	h.WriteString(string(k.User))
	return h.Sum64()
}

// hashID returns the hash of a seal.ID, which is one already.
func hashID(id []byte) uint64 {
	var h [8]byte
	copy(h[:], id)
	return binary.LittleEndian.Uint64(h[:])
}

// has tells whether k may have been added; false is certain.
func (b *bloom) has(k live.UserKey) bool { return b.hasHash(b.hash(k)) }

func (b *bloom) hasHash(h uint64) bool {
	for _, f := range *b.filters.Load() {
		if f.has(h) {
			return true
		}
	}
	return false
}

func (b *bloom) add(k live.UserKey) { b.addHash(b.hash(k)) }

func (b *bloom) addHash(h uint64) {
	filters := *b.filters.Load()
	for _, f := range filters[:len(filters)-1] {
		if f.has(h) {
			return
		}
	}
	last := filters[len(filters)-1]
	if last.add(h) && last.count.Add(1) >= last.room {
		b.grow(last)
	}
}

// grow adds a filter after last, unless somebody has.
func (b *bloom) grow(last *filter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	filters := *b.filters.Load()
	if filters[len(filters)-1] != last {
		return
	}
	grown := append(append([]*filter(nil), filters...), newFilter(int(last.room)*2))
	b.filters.Store(&grown)
}

func (f *filter) has(h uint64) bool {
	step := h>>32 | 1
	for range bloomProbes {
		bit := h & f.mask
		if f.words[bit/64].Load()&(1<<(bit%64)) == 0 {
			return false
		}
		h += step
	}
	return true
}

// add tells whether the filter has changed.
func (f *filter) add(h uint64) (changed bool) {
	step := h>>32 | 1
	for range bloomProbes {
		bit := h & f.mask
		word, flag := &f.words[bit/64], uint64(1)<<(bit%64)
		if word.Load()&flag == 0 {
			word.Or(flag)
			changed = true
		}
		h += step
	}
	return changed
}
