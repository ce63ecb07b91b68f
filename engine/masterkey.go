package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"liveroom/engine/storage"
	"liveroom/engine/storage/seal"
)

// MasterKeyEnv is the variable that holds master keys themselves, for where no file can be kept. It goes before
// storage.master_key_file.
const MasterKeyEnv = "LIVEROOM_MASTER_KEY"

// masterFromEnviron returns the master keys in the environment, nil when there are none.
func (s Sources) masterFromEnviron() (seal.KeyService, error) {
	for _, entry := range s.Environ {
		if text, ok := strings.CutPrefix(entry, MasterKeyEnv+"="); ok {
			m, err := seal.ParseMaster(MasterKeyEnv, text)
			if err != nil {
				return nil, fmt.Errorf("environment: %w", err)
			}
			return m, nil
		}
	}
	return nil, nil
}

// MakeMasterKey makes the file with the master key where there is neither one nor a key from elsewhere. For a demo and for
// tests: a node in service is given its key by hand, so that somebody has it.
func MakeMasterKey(cfg Config) error {
	if cfg.Storage.Keys != nil || len(cfg.Storage.KeyCommand) > 0 {
		return nil
	}
	_, err := seal.MakeMaster(cfg.Storage.MasterKeyPath())
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// keyRoutes change keys while the node runs.
//
//	POST /v1/keys/rotate  {"data_key"}: a new data key seals from now on
//	POST /v1/keys/rewrap  {"keys","master_key"}: all of them are wrapped anew under the first of the master keys, read again
type keyRoutes struct {
	cfg    storage.Config
	store  *storage.Store
	reseal func(seal.KeyService) error // the files that are sealed under the master key itself
	log    *slog.Logger
	turn   *atomic.Pointer[keyTurn] // the change under way
}

// keyTurn is one change of keys.
type keyTurn struct {
	path  string
	since time.Time
}

func (k keyRoutes) routes() map[string]http.Handler {
	return map[string]http.Handler{"POST /v1/keys/rotate": k.answer(k.rotate), "POST /v1/keys/rewrap": k.answer(k.rewrap)}
}

func (k keyRoutes) rotate(ctx context.Context) (any, error) {
	key, err := k.store.RotateKey(ctx)
	return map[string]any{"data_key": key.ID}, err
}

func (k keyRoutes) rewrap(ctx context.Context) (any, error) {
	service, err := k.cfg.KeyService()
	if err != nil {
		return nil, err
	}
	n, err := k.store.RewrapKeys(ctx, service)
	if err != nil {
		return nil, err
	}
	if err := k.reseal(service); err != nil {
		return nil, fmt.Errorf("the data keys are under the new master key, but not every file is; keep the old one and try again: %w", err)
	}
	all := k.store.Keys()
	return map[string]any{"keys": n, "master_key": all[len(all)-1].Master}, nil
}

// answer tells what came of an act, one at a time. It goes on when who asked does not wait for it, since a key service may take
// long for many keys. The errors name keys and files, and hold nothing of a key.
func (k keyRoutes) answer(act func(context.Context) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mine := &keyTurn{r.URL.Path, time.Now()}
		for !k.turn.CompareAndSwap(nil, mine) {
			if other := k.turn.Load(); other != nil {
				answer(w, http.StatusConflict, refusal{Error: fmt.Sprintf("%s is under way since %s; wait for it, or see liveroom keys status",
					other.path, other.since.UTC().Format(time.RFC3339))})
				return
			}
		}
		defer k.turn.Store(nil)
		done, err := act(context.WithoutCancel(r.Context()))
		if err != nil {
			k.log.Error("keys not changed", "path", r.URL.Path, "err", err)
			answer(w, http.StatusInternalServerError, refusal{Error: err.Error()})
			return
		}
		answer(w, http.StatusOK, done)
	})
}
