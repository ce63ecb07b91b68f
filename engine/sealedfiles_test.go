package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/access"
	"liveroom/engine/storage/seal"
)

// signInAs signs in and returns the status.
func (n *node) signInAs(t *testing.T, name, password string) int {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	status, _ := n.ask(t, "POST", "/v1/session", "application/json", body)
	return status
}

// startRefused starts a node that must not start, and returns why it does not.
func startRefused(t *testing.T, dir string) string {
	t.Helper()
	e, err := New(context.Background(), testConfig(dir), slog.New(slog.DiscardHandler))
	if err == nil {
		e.parts.admin.Close()
		t.Fatal("the node opened")
	}
	return err.Error()
}

// TestAccountsAndRevocationsAreSealed reads the files of a node, changes them, swaps them and puts plain ones in their place.
func TestAccountsAndRevocationsAreSealed(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	password := n.FirstPassword()
	for _, id := range []string{"stolen-1", "stolen-2"} {
		if status, answer := n.ask(t, "POST", "/v1/tokens/revoked", "application/json", []byte(`{"id":"`+id+`"}`)); status != 204 {
			t.Fatalf("revoking answered %d %s", status, answer)
		}
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	was := map[string][]byte{}
	for _, name := range sealedFiles {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !seal.IsFile(content) || bytes.Contains(content, []byte("argon2id")) || bytes.Contains(content, []byte("stolen")) {
			t.Errorf("%s is not sealed: %.60q, %v", name, content, err)
		}
		was[name] = content
	}
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range sealedFiles {
		changed := bytes.Clone(was[name])
		changed[len(changed)-8] ^= 1
		write(name, changed)
		if why := startRefused(t, dir); !strings.Contains(why, name) || !strings.Contains(why, "changed") || !strings.Contains(why, "backup") {
			t.Errorf("a changed %s: %s", name, why)
		}
		write(name, was[accountsFile][:10])
		if why := startRefused(t, dir); !strings.Contains(why, name) {
			t.Errorf("a cut %s: %s", name, why)
		}
		write(name, was[name])
	}
	write(accountsFile, was[revokedFile])
	if why := startRefused(t, dir); !strings.Contains(why, accountsFile) {
		t.Errorf("one file in the other's place: %s", why)
	}
	write(accountsFile, []byte(`{"accounts":[]}`))
	if why := startRefused(t, dir); !strings.Contains(why, "audit log says that it was sealed") {
		t.Errorf("a plain file in the place of a sealed one: %s", why)
	}
	write(accountsFile, was[accountsFile])
	n = startNode(t, dir, unspoken)
	if status := n.signInAs(t, access.FirstAccount, password); status != 200 {
		t.Errorf("signing in with the file back answered %d", status)
	}
	if !n.parts.tokens.Revoked("stolen-1") || !n.parts.tokens.Revoked("stolen-2") {
		t.Error("a revocation is gone")
	}
}

// TestPlainFilesAreSealedOnce starts over the files of before there was sealing.
func TestPlainFilesAreSealedOnce(t *testing.T) {
	dir := t.TempDir()
	accounts, err := access.OpenAccounts(filepath.Join(dir, accountsFile), nil)
	if err != nil {
		t.Fatal(err)
	}
	password, err := accounts.First(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := os.ReadFile(filepath.Join(dir, accountsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, revokedFile), []byte("4000000000 \"stolen\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := startNode(t, dir, unspoken)
	if status := n.signInAs(t, access.FirstAccount, password); status != 200 || n.FirstPassword() != "" {
		t.Errorf("signing in after the migration answered %d", status)
	}
	if !n.parts.tokens.Revoked("stolen") {
		t.Error("the revocation is gone")
	}
	for _, name := range sealedFiles {
		if content, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !seal.IsFile(content) {
			t.Errorf("%s is still plain: %v", name, err)
		}
	}
	if all := n.auditedAct(t, actSealed); len(all) != 4 {
		t.Errorf("the audit log says %+v", all)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, accountsFile), plain, 0o600); err != nil {
		t.Fatal(err)
	}
	if why := startRefused(t, dir); !strings.Contains(why, "replaced") {
		t.Errorf("a second migration: %s", why)
	}
}

// TestRewrappingSealsTheFilesToo takes the old master key away after the node has taken the new one.
func TestRewrappingSealsTheFilesToo(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	password := n.FirstPassword()
	if status, answer := n.ask(t, "POST", "/v1/tokens/revoked", "application/json", []byte(`{"id":"stolen"}`)); status != 204 {
		t.Fatalf("revoking answered %d %s", status, answer)
	}
	path := filepath.Join(dir, "master.key")
	if _, err := seal.AddMaster(path); err != nil {
		t.Fatal(err)
	}
	if status, answer := n.ask(t, "POST", "/v1/keys/rewrap", "", nil); status != 200 {
		t.Fatalf("rewrapping answered %d %s", status, answer)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.TrimMaster(path); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken)
	if status := n.signInAs(t, access.FirstAccount, password); status != 200 || !n.parts.tokens.Revoked("stolen") {
		t.Errorf("under the new master key signing in answered %d", status)
	}
}
