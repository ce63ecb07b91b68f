package token_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

var (
	key = []byte("0123456789abcdef0123456789abcdef")
	now = time.Unix(1_790_000_000, 0)
)

func viewer() token.Claims {
	return token.Claims{Role: live.Viewer, Shop: "demo", Room: "demo", User: "u1", Expires: now.Add(time.Hour)}
}

func TestSignAndVerify(t *testing.T) {
	for _, c := range []token.Claims{
		viewer(),
		{Role: live.Ingest, Expires: now.Add(time.Second)},
		{Role: live.Seat, Shop: "demo", User: "kefu", Expires: now.Add(time.Hour)},
		{Role: live.Admin, Expires: now.Add(time.Hour)},
	} {
		tok, err := token.Sign(key, c, now)
		if err != nil {
			t.Fatalf("Sign(%+v): %v", c, err)
		}
		got, err := token.Verify(key, tok, now)
		if got.ID == "" || !got.Issued.Equal(now) {
			t.Errorf("Verify(Sign(%+v)) has id %q and was issued %v, want an id and %v", c, got.ID, got.Issued, now)
		}
		c.ID, c.Issued = got.ID, got.Issued
		if err != nil || got != c {
			t.Errorf("Verify(Sign(%+v)) = %+v, %v", c, got, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	noUser, noRole, over, long := viewer(), viewer(), viewer(), viewer()
	noUser.User, noRole.Role, over.Expires, long.Room = "", 0, now, live.RoomID(strings.Repeat("x", 129))
	for name, c := range map[string]token.Claims{"a viewer without user": noUser, "no role": noRole, "expired": over, "long room": long, "no exp": {Role: live.Ingest}} {
		if _, err := token.Sign(key, c, now); !errors.Is(err, token.ErrClaims) {
			t.Errorf("%s: Sign gave %v, want ErrClaims", name, err)
		}
	}
	if _, err := token.Sign(key[:31], viewer(), now); !errors.Is(err, token.ErrShortKey) {
		t.Errorf("short key: Sign gave %v", err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	good, err := token.Sign(key, viewer(), now)
	if err != nil {
		t.Fatal(err)
	}
	by := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		s, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	exp := now.Add(time.Hour).Unix()
	parts := strings.Split(good, ".")
	forged := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"role":"admin","exp":1999999999}`)) + "." + parts[2]
	for _, c := range []struct {
		name, tok string
		want      error
	}{
		{"empty", "", token.ErrUnauthorized},
		{"garbage", "a.b.c", token.ErrUnauthorized},
		{"forged claims", forged, token.ErrUnauthorized},
		{"no signature", parts[0] + "." + parts[1] + ".", token.ErrUnauthorized},
		{"alg none", by(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, jwt.MapClaims{"role": "ingest", "exp": exp}), token.ErrUnauthorized},
		{"another hash", by(jwt.SigningMethodHS512, key, jwt.MapClaims{"role": "ingest", "exp": exp}), token.ErrUnauthorized},
		{"another key", by(jwt.SigningMethodHS256, []byte(strings.Repeat("k", 32)), jwt.MapClaims{"role": "ingest", "exp": exp}), token.ErrUnauthorized},
		{"no exp", by(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "ingest"}), token.ErrUnauthorized},
		{"not yet", by(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "ingest", "exp": exp, "nbf": exp - 1}), token.ErrUnauthorized},
		{"unknown role", by(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "root", "exp": exp}), token.ErrUnauthorized},
		{"viewer without room", by(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "viewer", "user": "u", "exp": exp}), token.ErrUnauthorized},
		{"expired", by(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "ingest", "exp": now.Unix() - 1}), token.ErrExpired},
		{"expired with another key", by(jwt.SigningMethodHS256, []byte(strings.Repeat("k", 32)), jwt.MapClaims{"role": "ingest", "exp": 1}), token.ErrUnauthorized},
	} {
		if got, err := token.Verify(key, c.tok, now); !errors.Is(err, c.want) || got != (token.Claims{}) {
			t.Errorf("%s: Verify = %+v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if _, err := token.Verify(key, good, now.Add(2*time.Hour)); !errors.Is(err, token.ErrExpired) {
		t.Errorf("after its time: %v", err)
	}
	if _, err := token.Verify(nil, good, now); !errors.Is(err, token.ErrShortKey) {
		t.Errorf("without a key: %v", err)
	}
}

func TestReadKeyFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, content := range []string{string(key), string(key) + "\n", string(key) + "\r\n"} {
		if got, err := token.ReadKeyFile(write("good", content, 0o600)); err != nil || string(got) != string(key) {
			t.Errorf("ReadKeyFile of %q = %q, %v", content, got, err)
		}
	}
	if _, err := token.ReadKeyFile(write("exact", string(key), 0o400)); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
		if _, err := token.ReadKeyFile(write("open", string(key), mode)); !errors.Is(err, token.ErrExposedKey) {
			t.Errorf("mode %o: %v, want ErrExposedKey", mode, err)
		}
	}
	if _, err := token.ReadKeyFile(write("short", "secret\n", 0o600)); !errors.Is(err, token.ErrShortKey) {
		t.Errorf("short key: %v", err)
	}
	if _, err := token.ReadKeyFile(write("huge", strings.Repeat("x", 5000), 0o600)); err == nil {
		t.Error("a huge file passed as a key")
	}
	if _, err := token.ReadKeyFile(dir); err == nil {
		t.Error("a folder passed as a key")
	}
	if _, err := token.ReadKeyFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
