package token_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

func keyFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token.key")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRotation signs with a key, rotates it twice, and asks that what it signed holds as long as it was kept, and that
// nothing new can be signed with it.
func TestRotation(t *testing.T) {
	path := keyFile(t, string(key)+"\n")
	first, err := token.ReadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	claims := viewer()
	claims.Expires = now.Add(24 * time.Hour)
	old, err := first.Sign(claims, now)
	if err != nil {
		t.Fatal(err)
	}
	unnamed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "ingest", "exp": now.Add(time.Hour).Unix()}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	second, err := token.Rotate(path, 2*time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("after rotation the file is %v, %v; want mode 0600", st.Mode(), err)
	}
	read, err := token.ReadKeys(path)
	if err != nil || fmt.Sprint(read.IDs(now)) != fmt.Sprint(second.IDs(now)) || len(read.IDs(now)) != 2 || read.IDs(now)[1] != first.IDs(now)[0] {
		t.Fatalf("after rotation the file holds %v, %v; want a new key before %v", read.IDs(now), err, first.IDs(now))
	}
	signing, err := token.ReadKeyFile(path)
	if err != nil || string(signing) == string(key) {
		t.Errorf("the signing key is still the old one (%v)", err)
	}
	fresh, err := token.Sign(signing, claims, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, tok := range []string{old, fresh, unnamed} {
		if _, err := read.Verify(tok, now.Add(time.Minute)); err != nil {
			t.Errorf("within the time it is kept: %v", err)
		}
	}
	if _, err := read.Verify(old, now.Add(2*time.Hour)); !errors.Is(err, token.ErrUnauthorized) {
		t.Errorf("a token of a key whose time is over: %v, want ErrUnauthorized", err)
	}
	if _, err := first.Verify(fresh, now); !errors.Is(err, token.ErrUnauthorized) {
		t.Errorf("a token of a key not known: %v, want ErrUnauthorized", err)
	}
	third, err := token.Rotate(path, 0, now.Add(time.Minute))
	if err != nil || len(third.IDs(now)) != 1 {
		t.Errorf("rotated without keeping any: %v, %v", third.IDs(now), err)
	}
	if shown := fmt.Sprintf("%v %+v %#v", third, third, third); strings.Contains(shown, "all") || strings.Contains(shown, "[") {
		t.Errorf("keys show as %s", shown)
	}
}

// TestKidCannotChooseTheWrongKey signs with one key under the other's name.
func TestKidCannotChooseTheWrongKey(t *testing.T) {
	path := keyFile(t, string(key))
	keys, err := token.Rotate(path, time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, kid := range []any{keys.IDs(now)[0], "none", 7, "", []string{"a"}} {
		forged := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "admin", "exp": now.Add(time.Hour).Unix()})
		forged.Header["kid"] = kid
		tok, err := forged.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := keys.Verify(tok, now); !errors.Is(err, token.ErrUnauthorized) {
			t.Errorf("kid %v: %+v, %v; want ErrUnauthorized", kid, c, err)
		}
	}
}

func TestATokenWithoutJTIHasAnID(t *testing.T) {
	sign := func(user string) string {
		tok, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "seat", "user": user, "exp": now.Add(time.Hour).Unix()}).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	a, err1 := token.Verify(key, sign("a"), now)
	again, err2 := token.Verify(key, sign("a"), now)
	b, err3 := token.Verify(key, sign("b"), now)
	if err := errors.Join(err1, err2, err3); err != nil || a.ID == "" || a.ID != again.ID || a.ID == b.ID {
		t.Errorf("ids %q, %q and %q, %v; want the first two equal", a.ID, again.ID, b.ID, err)
	}
	long := viewer()
	long.ID = strings.Repeat("j", live.MaxID+1)
	if _, err := token.Sign(key, long, now); !errors.Is(err, token.ErrClaims) {
		t.Errorf("a jti of 129 bytes was signed: %v", err)
	}
}

func TestKeyListsWithFaults(t *testing.T) {
	good := base64.StdEncoding.EncodeToString(key)
	const start = "liveroom token keys 1\n"
	for name, content := range map[string]string{
		"no key": start, "not base64": start + "!\n", "an ended key first": start + good + " until 2026-01-01T00:00:00Z\n",
		"a second one without end": start + good + "\n" + good + "\n", "no such time": start + good + "\n" + good + " until later\n",
		"a word too many": start + good + " since 2026-01-01T00:00:00Z x\n",
		"too many":        start + good + "\n" + strings.Repeat(good+" until 2036-01-01T00:00:00Z\n", 16),
	} {
		if _, err := token.ReadKeys(keyFile(t, content)); !errors.Is(err, token.ErrKeyFile) || strings.Contains(err.Error(), good) {
			t.Errorf("%s: %v, want ErrKeyFile that does not quote a key", name, err)
		}
	}
	if _, err := token.ReadKeys(keyFile(t, start+"c2hvcnQ=\n")); !errors.Is(err, token.ErrShortKey) {
		t.Errorf("a short key in a list: %v", err)
	}
}
