package seal

import (
	"cmp"
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/emmansun/gmsm/sm3"
)

// What a key is for.
const (
	ForData  = "data"
	ForIndex = "index"
)

// Row is a key as it is stored.
type Row struct {
	ID      uint32
	Purpose string // ForData or ForIndex
	Created int64  // Unix milliseconds
	Master  string // what it is wrapped under
	Wrapped []byte
}

// label binds a wrapped key to what it is.
func (r *Row) label() []byte {
	return binary.BigEndian.AppendUint32([]byte("liveroom "+r.Purpose+" key "), r.ID)
}

// Keyring holds the keys of one store.
type Keyring struct {
	guarded
	current atomic.Pointer[dataKey] // seals
	macs    sync.Pool               // of hash.Hash, keyed with the key of the index

	making sync.Mutex // one key is made, or all wrapped anew, at a time

	mu      sync.RWMutex // guards the fields below, and the row of each key
	service KeyService
	keys    map[uint32]*dataKey
	unsaved []uint32 // keys that are not stored yet
}

// dataKey is one key; of purpose ForIndex too, which then only is kept and wrapped.
type dataKey struct {
	id    uint32
	fresh bool // made by this ring: it may seal
	count atomic.Uint64
	aead  gcm // nil until it is needed
	row   Row
}

// gcm is a cipher.AEAD that may be set later.
type gcm struct {
	set atomic.Pointer[cipher.AEAD]
}

func (g *gcm) Load() cipher.AEAD {
	if p := g.set.Load(); p != nil {
		return *p
	}
	return nil
}

// NewKeyring returns a ring of the keys stored and a new one to seal with, made at the given time (Unix milliseconds). That
// the service has the right master keys is tried out first; the error is ErrWrongMaster when it has not, and ErrNoKey when
// the key of the index is missing among others.
func NewKeyring(ctx context.Context, service KeyService, rows []Row, at int64) (*Keyring, error) {
	r := &Keyring{service: service, keys: make(map[uint32]*dataKey)}
	tried := make(map[string]bool)
	var index []byte
	for _, row := range slices.SortedFunc(slices.Values(rows), func(a, b Row) int { return cmp.Compare(b.ID, a.ID) }) {
		k := &dataKey{id: row.ID, row: row}
		r.keys[row.ID] = k
		if row.Purpose != ForIndex && tried[row.Master] {
			continue // opened when it is needed
		}
		key, err := service.Unwrap(ctx, row.Master, row.Wrapped, row.label())
		switch {
		case row.Purpose == ForIndex && err != nil:
			return nil, fmt.Errorf("key of the index: %w", err)
		case row.Purpose == ForIndex:
			index = key
		case errors.Is(err, ErrCorrupt): // this one is lost, and said when something needs it
		case err != nil:
			return nil, fmt.Errorf("data key %d: %w", row.ID, err)
		}
		tried[row.Master] = true
	}
	if index == nil && len(rows) > 0 {
		return nil, fmt.Errorf("key of the index: %w; bring data_key back from a backup", ErrNoKey)
	}
	if index == nil {
		index = make([]byte, indexBytes)
		rand.Read(index)
		if _, err := r.add(ctx, ForIndex, index, at); err != nil {
			return nil, err
		}
	}
	r.macs.New = func() any { return hmac.New(sm3.New, index) }
	if _, err := r.Rotate(ctx, at); err != nil {
		return nil, err
	}
	return r, nil
}

// Unwrap returns the bytes of one key. Of a data key, whoever has them reads everything that was sealed under it.
func Unwrap(ctx context.Context, service KeyService, row Row) ([]byte, error) {
	key, err := service.Unwrap(ctx, row.Master, row.Wrapped, row.label())
	if err != nil {
		return nil, fmt.Errorf("%s key %d: %w", row.Purpose, row.ID, err)
	}
	return key, nil
}

// Rotate makes a new data key, made at the given time, with which everything is sealed from now on. It must be stored
// (Unsaved) no later than what it sealed.
func (r *Keyring) Rotate(ctx context.Context, at int64) (Row, error) {
	k, err := r.fresh(ctx, at)
	if err != nil {
		return Row{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.current.Store(k)
	return k.row, nil
}

// fresh makes a data key that may seal.
func (r *Keyring) fresh(ctx context.Context, at int64) (*dataKey, error) {
	var key [KeyBytes]byte
	rand.Read(key[:])
	aead, err := newGCM(key[:])
	if err != nil {
		return nil, err
	}
	k, err := r.add(ctx, ForData, key[:], at)
	if err != nil {
		return nil, err
	}
	k.fresh = true
	k.aead.set.Store(&aead)
	return k, nil
}

// Apart is a data key that seals beside the one in use: for what is sealed anew in its old place, so that under every key
// the counts ascend in the order of the places.
type Apart struct{ key *dataKey }

// Apart makes one, at the given time. Like every new key it must be stored (Unsaved) no later than what it sealed.
func (r *Keyring) Apart(ctx context.Context, at int64) (Apart, error) {
	k, err := r.fresh(ctx, at)
	return Apart{k}, err
}

// Seal appends plain, sealed for its place.
func (a Apart) Seal(dst []byte, place Place, plain []byte) ([]byte, error) {
	return a.key.seal(dst, place, plain)
}

// add wraps a new key and puts it on the ring.
func (r *Keyring) add(ctx context.Context, purpose string, key []byte, at int64) (*dataKey, error) {
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.RLock()
	row, service := Row{ID: 1, Purpose: purpose, Created: at}, r.service
	for id := range r.keys {
		if id == math.MaxUint32 {
			r.mu.RUnlock()
			return nil, fmt.Errorf("make %s key: every number is taken", purpose)
		}
		row.ID = max(row.ID, id+1)
	}
	r.mu.RUnlock()
	var err error
	if row.Wrapped, row.Master, err = service.Wrap(ctx, key, row.label()); err != nil {
		return nil, fmt.Errorf("wrap %s key: %w", purpose, err)
	}
	k := &dataKey{id: row.ID, row: row}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[row.ID] = k
	r.unsaved = append(r.unsaved, row.ID)
	return k, nil
}

// opener returns what opens under a key.
func (r *Keyring) opener(ctx context.Context, id uint32) (cipher.AEAD, error) {
	r.mu.RLock()
	k := r.keys[id]
	r.mu.RUnlock()
	if k == nil {
		return nil, fmt.Errorf("data key %d: %w: %w", id, ErrNoKey, ErrCorrupt)
	}
	if aead := k.aead.Load(); aead != nil {
		return aead, nil
	}
	r.mu.RLock()
	row, service := k.row, r.service
	r.mu.RUnlock()
	key, err := Unwrap(ctx, service, row)
	if err != nil {
		return nil, err
	}
	aead, err := newGCM(key)
	if err != nil {
		return nil, fmt.Errorf("data key %d: %w: %w", id, err, ErrCorrupt)
	}
	k.aead.set.CompareAndSwap(nil, &aead)
	return aead, nil
}

// Try tells whether a key opens: a data key, or that of the index.
func (r *Keyring) Try(ctx context.Context, id uint32) error {
	r.mu.RLock()
	k, service := r.keys[id], r.service
	if k == nil {
		r.mu.RUnlock()
		return fmt.Errorf("key %d: %w", id, ErrNoKey)
	}
	row := k.row
	r.mu.RUnlock()
	_, err := Unwrap(ctx, service, row)
	return err
}

// Unsaved returns the keys that are not stored yet. They must be stored before, or with, what they seal; then Saved is
// to be called with them.
func (r *Keyring) Unsaved() (rows []Row) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, id := range r.unsaved {
		rows = append(rows, r.keys[id].row)
	}
	return rows
}

// Saved notes that keys are stored.
func (r *Keyring) Saved(rows []Row) {
	if len(rows) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unsaved = slices.DeleteFunc(r.unsaved, func(id uint32) bool {
		return slices.ContainsFunc(rows, func(row Row) bool { return row.ID == id })
	})
}

// Current names the key that seals.
func (r *Keyring) Current() uint32 { return r.current.Load().id }

// Rows returns every key as it is stored, by number.
func (r *Keyring) Rows() []Row {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.rows()
}

// rows does the work of Rows. The caller holds mu.
func (r *Keyring) rows() (rows []Row) {
	for _, id := range slices.Sorted(maps.Keys(r.keys)) {
		rows = append(rows, r.keys[id].row)
	}
	return rows
}

// ID is what a row is found by instead of the personal values in it.
type ID [16]byte

// Index returns the id of the values of one kind: an SM3-HMAC of them, cut to 128 bits.
func (r *Keyring) Index(kind string, values ...string) (id ID) {
	mac := r.macs.Get().(hash.Hash)
	defer r.macs.Put(mac)
	mac.Reset()
	var buf [128]byte
	text := buf[:0]
	text = append(append(text, kind...), 0)
	for _, v := range values {
		text = append(binary.AppendUvarint(text, uint64(len(v))), v...) // the length keeps them apart
	}
	mac.Write(text)
	var sum [sm3.Size]byte
	copy(id[:], mac.Sum(sum[:0]))
	return id
}
