package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func TestTheMasterKeyMayComeFromTheEnvironment(t *testing.T) {
	const key = "0123456789abcdeffedcba9876543210"
	cfg, keys, err := Load(Default(), Sources{Environ: []string{MasterKeyEnv + "=" + key}})
	if err != nil || cfg.Storage.Keys == nil {
		t.Fatalf("load: %v, keys %v", err, cfg.Storage.Keys)
	}
	for _, said := range []string{fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, cfg.Storage.Keys), fmt.Sprint(keys)} {
		if strings.Contains(strings.ToLower(said), key) || strings.Contains(said, "[1 35 69") {
			t.Errorf("the configuration shows the key: %s", said)
		}
	}
	service, err := cfg.Storage.KeyService()
	if err != nil || service != cfg.Storage.Keys {
		t.Errorf("the key in the environment does not go before the file: %v, %v", service, err)
	}
	for _, bad := range []string{"", key[1:], key + "0", "g" + key[1:]} {
		_, _, err := Load(Default(), Sources{Environ: []string{MasterKeyEnv + "=" + bad}, Flags: []string{"actors.budget=-1s"}})
		if err == nil || !strings.Contains(err.Error(), MasterKeyEnv) || !strings.Contains(err.Error(), "actors.budget") {
			t.Errorf("with %q: %v, want it and every other problem reported", bad, err)
		} else if strings.Contains(err.Error(), key[1:30]) {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

func TestADemoMakesItsMasterKeyOnce(t *testing.T) {
	cfg := Default()
	cfg.Storage.Dir = filepath.Join(t.TempDir(), "data")
	var texts [2]string
	for i := range texts {
		if err := MakeMasterKey(cfg); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(cfg.Storage.MasterKeyPath())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	if texts[0] != texts[1] {
		t.Error("the key was made anew over the old one")
	}
}

// TestAChangeOfKeysGoesOnAlone ends the request while the act is under way, and asks for another one meanwhile.
func TestAChangeOfKeysGoesOnAlone(t *testing.T) {
	k := keyRoutes{log: slog.New(slog.DiscardHandler), turn: new(atomic.Pointer[keyTurn])}
	under, goOn := make(chan context.Context), make(chan bool)
	long := k.answer(func(ctx context.Context) (any, error) {
		under <- ctx
		<-goOn
		return map[string]any{"keys": 3}, ctx.Err()
	})
	ctx, leave := context.WithCancel(t.Context())
	first, ended := httptest.NewRecorder(), make(chan bool)
	go func() {
		long.ServeHTTP(first, httptest.NewRequestWithContext(ctx, "POST", "/v1/keys/rewrap", nil))
		close(ended)
	}()
	acts := <-under
	leave()
	if acts.Err() != nil {
		t.Error("the act is ended with the request")
	}
	second := httptest.NewRecorder()
	k.answer(func(context.Context) (any, error) { t.Error("two at a time"); return nil, nil }).
		ServeHTTP(second, httptest.NewRequestWithContext(t.Context(), "POST", "/v1/keys/rotate", nil))
	if second.Code != http.StatusConflict || !strings.Contains(second.Body.String(), "/v1/keys/rewrap is under way since 2") {
		t.Errorf("meanwhile another answered %d %s", second.Code, second.Body)
	}
	close(goOn)
	<-ended
	if first.Code != http.StatusOK {
		t.Errorf("the first ended with %d %s", first.Code, first.Body)
	}
	after := httptest.NewRecorder()
	k.answer(func(context.Context) (any, error) { return nil, nil }).ServeHTTP(after, httptest.NewRequestWithContext(t.Context(), "POST", "/v1/keys/rotate", nil))
	if after.Code != http.StatusOK {
		t.Errorf("after it another answered %d", after.Code)
	}
}
