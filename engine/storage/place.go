package storage

import (
	"context"
	"errors"
	"fmt"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// Where each sealed thing stands. RECOVERY.md tells these to whoever must read a database by hand.

func blockPlace(seq uint64) seal.Place { return seal.Place{Table: "journal", Seq: seq} }

func statePlace(id seal.ID, seq uint64) seal.Place {
	return seal.Place{Table: "user_state.state", Seq: seq, Row: id[:]}
}

func tailPlace(id seal.ID, tailSeq uint64) seal.Place {
	return seal.Place{Table: "user_state.tail", Seq: tailSeq, Row: id[:]}
}

func factPlace(id []byte, version int64) seal.Place {
	return seal.Place{Table: "fact", Seq: uint64(version), Row: id}
}

// userID is what a user's row is found by.
func (s *Store) userID(k live.UserKey) seal.ID {
	return s.ring.Index("user", string(k.Room), string(k.User))
}

// factID is what the row of a fact is found by.
func (s *Store) factID(kind, shop, key string) seal.ID { return s.ring.Index("fact", kind, shop, key) }

// unsealBlock opens a block of the journal and returns its records.
func (s *Store) unsealBlock(ctx context.Context, seq uint64, sealed []byte) ([]byte, error) {
	plain, err := s.unseal(ctx, blockPlace(seq), sealed)
	if err != nil {
		return nil, err
	}
	records, err := codec.Unpack(plain)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return records, err
}

// unseal opens what was sealed for a place, in the room of sealed. The error is ErrCorrupt when it does not open there, and
// else the key service's.
func (s *Store) unseal(ctx context.Context, place seal.Place, sealed []byte) ([]byte, error) {
	plain, err := s.ring.Open(ctx, place, sealed)
	if errors.Is(err, seal.ErrCorrupt) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return plain, err
}
