package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

// What is sealed of a person for elsewhere stands under a key of his own, which is stored here and goes when he is erased. A
// key is never looked for before something is sealed, since that must not wait: who has none at hand gets another one.

const (
	maxPersonKeys = 1024           // at hand
	personKeyLife = 24 * time.Hour // of a key that seals
	personVersion = 3              // first byte of what such a key has sealed; then 8 of its number
	personHead    = 1 + 8
)

const (
	insertPersonKey = `INSERT INTO person_key (number, id, at, data) VALUES ($1, $2, $3, $4) ON CONFLICT (number) DO NOTHING`
	// dropPersonKeys leaves of a key only its number, so that it can be told from one that is lost; whose it was is gone too.
	dropPersonKeys = `UPDATE person_key SET id = substr(data, 1, 1), data = substr(data, 1, 1) WHERE id = $1`
)

// ErrErased means that the key of what is to be opened was destroyed with its person.
var ErrErased = errors.New("erased on request: nothing is left of who it was")

// ErrKeyLost means that the key of what is to be opened is not stored, though no erasure has destroyed it.
var ErrKeyLost = errors.New("the key of who it was is not stored: it was lost with a damaged database, is newer than a backup that was restored, or an earlier liveroom has erased whose it was")

// destroyedKey stands for whose a key was, and for the key, once an erasure has destroyed it.
var destroyedKey = []byte{personVersion}

// keyDestroyed tells whether an erasure has destroyed the key that stood in a row.
func keyDestroyed(data []byte) bool { return len(data) == 1 }

// personKey is a key at hand.
type personKey struct {
	id     seal.ID
	number int64
	at     time.Time
	sub    *seal.Sub
	gone   bool // made while its person was being erased: it is stored as one that an erasure has destroyed
}

// people are the keys at hand.
type people struct {
	since func() (time.Time, bool) // set by SealedSince
	next  int64                    // the number to look for old keys from; the committer's

	mu      sync.Mutex // guards the fields below
	keys    map[seal.ID]*personKey
	unsaved []*personKey
	erasing map[seal.ID]*personKey // of who is being erased: what seals meanwhile, nil until something is sealed
}

func personPlace(id seal.ID, number int64) seal.Place {
	return seal.Place{Table: "person_key", Seq: uint64(number), Row: id[:]}
}

// SealPerson seals something of a person for its place. It does not wait; what it returns must not be used before SavePeople
// has gone well. While commits fail the error is ErrUnsaved.
func (s *Store) SealPerson(k live.UserKey, place seal.Place, value []byte) ([]byte, error) {
	s.mu.Lock()
	failing := s.failure != nil
	s.mu.Unlock()
	if failing {
		return nil, ErrUnsaved
	}
	key, err := s.personKey(s.userID(k))
	if err != nil {
		return nil, err
	}
	return key.sub.Seal(binary.BigEndian.AppendUint64([]byte{personVersion}, uint64(key.number)), place, value), nil
}

// personKey returns a key of a person to seal with.
func (s *Store) personKey(id seal.ID) (*personKey, error) {
	p := &s.people
	p.mu.Lock()
	defer p.mu.Unlock()
	now := s.now()
	key, gone := p.erasing[id]
	if !gone {
		key = p.keys[id]
	}
	if key != nil && now.Sub(key.at).Abs() < personKeyLife {
		return key, nil
	}
	sub, err := seal.NewSub()
	if err != nil {
		return nil, err
	}
	var random [8]byte
	rand.Read(random[:])
	key = &personKey{id: id, number: int64(binary.BigEndian.Uint64(random[:]) >> 1), at: now, sub: sub, gone: gone}
	p.unsaved = append(p.unsaved, key)
	if gone {
		p.erasing[id] = key
		return key, nil
	}
	if p.keys == nil {
		p.keys = make(map[seal.ID]*personKey)
	}
	if p.keys[id] == nil && len(p.keys) >= maxPersonKeys {
		p.evict()
	}
	p.keys[id] = key
	return key, nil
}

// evict lets the oldest of the keys at hand go, whose person gets another one when it is wanted. The caller holds mu.
func (p *people) evict() {
	var oldest *personKey
	for _, key := range p.keys {
		if oldest == nil || key.at.Before(oldest.at) {
			oldest = key
		}
	}
	if oldest != nil {
		delete(p.keys, oldest.id)
	}
}

// SavePeople stores the keys that SealPerson has used; without new ones it returns at once.
func (s *Store) SavePeople(ctx context.Context) error {
	p := &s.people
	p.mu.Lock()
	some := len(p.unsaved) > 0
	p.mu.Unlock()
	if !some {
		return nil
	}
	return s.asCommitter(ctx, func(work context.Context) error {
		p.mu.Lock()
		fresh := p.unsaved
		p.mu.Unlock()
		if len(fresh) == 0 {
			return nil
		}
		w := &s.committer.writer
		err := s.withinSealed(work, func() error {
			for _, key := range fresh {
				id, data, err := s.keyRow(key)
				if err != nil {
					return err
				}
				if err := w.exec(work, insertPersonKey, key.number, id, key.at.UnixMilli(), data); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.unsaved = append([]*personKey(nil), p.unsaved[len(fresh):]...)
		return nil
	})
}

// keyRow returns what is stored of a key: whose it is, and the key sealed.
func (s *Store) keyRow(key *personKey) (id, data []byte, err error) {
	if key.gone {
		return destroyedKey, destroyedKey, nil
	}
	data, err = s.ring.Seal(nil, personPlace(key.id, key.number), key.sub.Bytes())
	return key.id[:], data, err
}

// PersonWaits tells whether the key of what SealPerson returned is not stored yet.
func (s *Store) PersonWaits(sealed []byte) bool {
	if !PersonSealed(sealed) {
		return false
	}
	number := int64(binary.BigEndian.Uint64(sealed[1:]))
	p := &s.people
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.unsaved, func(k *personKey) bool { return k.number == number })
}

// PersonSealed tells whether something was sealed by SealPerson.
func PersonSealed(sealed []byte) bool { return len(sealed) > personHead && sealed[0] == personVersion }

// OpenPerson opens what SealPerson has sealed. The error is ErrErased when the person was erased since, ErrKeyLost when
// the key is missing, ErrCorrupt when it was sealed for another place or is changed.
func (s *Store) OpenPerson(ctx context.Context, place seal.Place, sealed []byte) ([]byte, error) {
	if !PersonSealed(sealed) {
		return nil, fmt.Errorf("not sealed for a person: %w", ErrCorrupt)
	}
	number := int64(binary.BigEndian.Uint64(sealed[1:]))
	var id, data []byte
	err := s.readPool.QueryRowContext(ctx, `SELECT id, data FROM person_key WHERE number = $1`, number).Scan(&id, &data)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrKeyLost
	case err != nil:
		return nil, fmt.Errorf("read key of a person: %w", s.meetDamage(err))
	case keyDestroyed(data):
		return nil, ErrErased
	}
	sub, err := openPersonKey(ctx, s.ring, number, id, data)
	if err != nil {
		return nil, err
	}
	plain, err := sub.Open(place, sealed[personHead:])
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return plain, err
}

// openPersonKey opens a row.
func openPersonKey(ctx context.Context, ring *seal.Keyring, number int64, id, data []byte) (*seal.Sub, error) {
	var of seal.ID
	copy(of[:], id)
	key, err := ring.Open(ctx, personPlace(of, number), data)
	if errors.Is(err, seal.ErrCorrupt) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err != nil {
		return nil, err
	}
	sub, err := seal.OpenSub(key)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return sub, err
}

// WasErased tells whether a person was erased on request.
func (s *Store) WasErased(ctx context.Context, k live.UserKey) (done bool, err error) {
	id := s.userID(k)
	err = s.readPool.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM erased WHERE id = $1 AND done > 0)`, id[:]).Scan(&done)
	return done, err
}
