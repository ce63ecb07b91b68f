package engine

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/storage"
	"liveroom/engine/storage/seal"
)

// auditPlace is where the value of a person stands that the audit log seals: beside his pseudonym and nowhere else.
func auditPlace(pseudonym string) seal.Place {
	return seal.Place{Table: "audit", Row: []byte(pseudonym)}
}

// sealPerson seals a person's value for the audit log with the store's data keys. It is called on event loops, and does not
// wait.
func sealPerson(store *storage.Store) func(pseudonym, value string) (string, error) {
	return func(pseudonym, value string) (string, error) {
		sealed, err := store.SealValue(auditPlace(pseudonym), []byte(value))
		return base64.RawURLEncoding.EncodeToString(sealed), err
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
	for _, p := range found[0].People() {
		one := console.AuditPerson{Pseudonym: p.Pseudonym}
		sealed, err := base64.RawURLEncoding.DecodeString(p.Sealed)
		if err == nil {
			sealed, err = v.store.OpenValue(ctx, auditPlace(p.Pseudonym), sealed)
		}
		switch {
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
