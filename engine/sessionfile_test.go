package engine

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/access"
	"liveroom/engine/storage/seal"
)

// browser is somebody's browser on the admin side of a node.
type browser struct {
	cookie *http.Cookie
	csrf   string
}

// browse signs in at an address of the admin side.
func browse(t *testing.T, admin, name, password string) (b browser) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(admin+"/v1/session", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var me struct {
		CSRF string `json:"csrf"`
	}
	if err := json.NewDecoder(res.Body).Decode(&me); err != nil || res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		t.Fatalf("signing in answered %d, %v", res.StatusCode, err)
	}
	return browser{res.Cookies()[0], me.CSRF}
}

// ask asks with the browser's cookie and returns the status.
func (b browser) ask(t *testing.T, method, url, body string) int {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(b.cookie)
	r.Header.Set("X-CSRF-Token", b.csrf)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestSignOutIsRememberedByAKilledNode kills a node with kill -9 after one has signed out and another has not.
func TestSignOutIsRememberedByAKilledNode(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	password := n.FirstPassword()
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	cmd, addrs := startChild(t, dir)
	stays, leaves := browse(t, addrs.Admin, access.FirstAccount, password), browse(t, addrs.Admin, access.FirstAccount, password)
	if status := leaves.ask(t, "DELETE", addrs.Admin+"/v1/session", ""); status != http.StatusNoContent {
		t.Fatalf("signing out answered %d", status)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	n = startNode(t, dir, unspoken)
	if status := stays.ask(t, "GET", n.Addrs().Admin+"/v1/me", ""); status != http.StatusOK {
		t.Errorf("after kill -9 the session answered %d, want it to go on", status)
	}
	if status := leaves.ask(t, "GET", n.Addrs().Admin+"/v1/me", ""); status != http.StatusUnauthorized {
		t.Errorf("after kill -9 the session that was signed out answered %d", status)
	}
}

// TestSessionsAreSealed forges the file of sessions: the node starts and everybody signs in again.
func TestSessionsAreSealed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, sessionsFile)
	n := startNode(t, dir, unspoken)
	password := n.FirstPassword()
	b := browse(t, n.Addrs().Admin, access.FirstAccount, password)
	next := "Kuaile-Zhibo-2026!"
	if status := b.ask(t, "PUT", n.Addrs().Admin+"/v1/me/password", `{"old":"`+password+`","new":"`+next+`"}`); status != http.StatusOK {
		t.Fatalf("changing the password answered %d", status)
	}
	b = browse(t, n.Addrs().Admin, access.FirstAccount, next)
	master := filepath.Join(dir, "master.key")
	if _, err := seal.AddMaster(master); err != nil {
		t.Fatal(err)
	}
	if status := b.ask(t, "POST", n.Addrs().Admin+"/v1/keys/rewrap", ""); status != http.StatusOK {
		t.Fatalf("rewrapping answered %d", status)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.TrimMaster(master); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(path)
	if err != nil || !seal.IsFile(sealed) || strings.Contains(string(sealed), access.FirstAccount) {
		t.Fatalf("the file holds %.80q, %v", sealed, err)
	}
	goesOn := func(what string, want int) {
		t.Helper()
		n := startNode(t, dir, unspoken)
		if status := b.ask(t, "GET", n.Addrs().Admin+"/v1/status", ""); status != want {
			t.Errorf("%s: the session answered %d, want %d", what, status, want)
		}
		if err := n.stop(); err != nil {
			t.Fatal(err)
		}
	}
	goesOn("under the new master key", http.StatusOK)
	if sealed, err = os.ReadFile(path); err != nil { // with the time it was heard last
		t.Fatal(err)
	}
	changed := append([]byte(nil), sealed...)
	changed[len(changed)-8] ^= 1
	accounts, err := os.ReadFile(filepath.Join(dir, accountsFile))
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string][]byte{
		"a changed file": changed, "a cut file": sealed[:len(sealed)/2], "another file in its place": accounts, "a plain one": []byte(`{"version":1,"sessions":[]}`),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		goesOn(what, http.StatusUnauthorized)
		if aside, err := os.ReadFile(path + ".aside"); err != nil || string(aside) != string(content) {
			t.Errorf("%s: put aside is %.40q, %v", what, aside, err)
		}
	}
}
