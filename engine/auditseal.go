package engine

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/engine/storage"
	"liveroom/engine/storage/seal"
)

// auditPlace is where the value of a person stands that the audit log seals: beside his pseudonym and nowhere else.
func auditPlace(pseudonym string) seal.Place {
	return seal.Place{Table: "audit", Row: []byte(pseudonym)}
}

// sealPerson seals a person's value for the audit log under a key of the person, which goes when he is erased. It is called on
// event loops, and does not wait.
func sealPerson(store *storage.Store) func(audit.Subject) (string, error) {
	return func(p audit.Subject) (string, error) {
		k := live.UserKey{Room: live.RoomID(p.Scope), User: live.UserID(p.Value)}
		sealed, err := store.SealPerson(k, auditPlace(p.Pseudonym), []byte(p.Value))
		return base64.RawURLEncoding.EncodeToString(sealed), err
	}
}

// savePeople stores the keys of people that the audit log is about to tell of.
func savePeople(store *storage.Store) func() error {
	return func() error {
		ctx, stop := context.WithTimeout(context.Background(), saveKeysFor)
		defer stop()
		return store.SavePeople(ctx)
	}
}

// saveKeysFor is how long the start waits for the data key to be stored.
const saveKeysFor = 5 * time.Second

// saveKeys stores the data key of this start, so that acts about people can be written down before anything else is
// committed. On a disk that is full they are refused until something is.
func (e *Engine) saveKeys(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, saveKeysFor)
	defer stop()
	if err := e.parts.store.SaveKeys(ctx); err != nil {
		e.log.Warn("data key not stored yet; acts about people are refused until it is", "err", err)
	}
}

// keyWaits tells whether the key of what sealPerson returned is not stored yet.
func keyWaits(store *storage.Store) func(string) bool {
	return func(text string) bool {
		sealed, err := base64.RawURLEncoding.DecodeString(text)
		return err == nil && store.PersonWaits(sealed)
	}
}

// notKept is what is said of a person whose key was not stored.
const notKept = "the identity was not kept: the node stopped before its key could be stored"

// Reveal implements console.Audit.
func (v auditView) Reveal(ctx context.Context, seq uint64) ([]console.AuditPerson, error) {
	found, err := v.log.Records(seq, 1, audit.Filter{})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Seq != seq {
		return nil, fmt.Errorf("%w: record %d", console.ErrUnknown, seq)
	}
	all := []console.AuditPerson{}
	room, _, _ := strings.Cut(strings.TrimPrefix(found[0].On, "room "), " user ")
	for _, p := range found[0].People() {
		one := console.AuditPerson{Pseudonym: p.Pseudonym}
		if p.Sealed == audit.NotKept {
			one.Failure = notKept
			all = append(all, one)
			continue
		}
		sealed, err := base64.RawURLEncoding.DecodeString(p.Sealed)
		if err == nil {
			sealed, err = v.open(ctx, live.RoomID(room), p.Pseudonym, sealed)
		}
		switch {
		case errors.Is(err, storage.ErrErased):
			one.Failure = storage.ErrErased.Error()
		case err == nil:
			one.Value = string(sealed)
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return nil, err
		default:
			one.Failure = "it does not open: " + err.Error()
		}
		all = append(all, one)
	}
	return all, nil
}

// open opens what is sealed of a person. In records of an earlier version that is under the store's data keys, which do not go
// with the person: of whoever was erased it is not told.
func (v auditView) open(ctx context.Context, room live.RoomID, pseudonym string, sealed []byte) ([]byte, error) {
	if storage.PersonSealed(sealed) {
		return v.store.OpenPerson(ctx, auditPlace(pseudonym), sealed)
	}
	value, err := v.store.OpenValue(ctx, auditPlace(pseudonym), sealed)
	if err != nil {
		return nil, err
	}
	erased, err := v.store.WasErased(ctx, live.UserKey{Room: room, User: live.UserID(value)})
	if err == nil && erased {
		err = storage.ErrErased
	}
	return value, err
}
