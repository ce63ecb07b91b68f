package access

import (
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestHoldsEndsWithTheSession asks for someone whose page stays open while he rests.
func TestHoldsEndsWithTheSession(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	accounts, err := OpenAccounts(t.TempDir()+"/accounts.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Add(t.Context(), "boss", live.Admin, now); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Add(t.Context(), "li.na", live.Operator, now); err != nil {
		t.Fatal(err)
	}
	g := NewGuard(Options{Accounts: accounts, SessionLife: time.Hour, SessionIdle: 10 * time.Minute})
	g.now = func() time.Time { return now }
	cookie, _ := g.sessions.open(Account{Name: "li.na"}, now)
	who := Who{Name: "li.na", Role: live.Operator, cookie: cookie}
	if !g.Holds(who) {
		t.Fatal("a fresh session does not hold")
	}
	now = now.Add(9 * time.Minute)
	if !g.Holds(who) {
		t.Error("it does not hold within its idle time")
	}
	now = now.Add(time.Minute)
	if g.Holds(who) {
		t.Error("asking whether it holds kept the session alive")
	}
	cookie, _ = g.sessions.open(Account{Name: "li.na"}, now)
	who.cookie = cookie
	if err := accounts.SetRole("li.na", live.Auditor); err != nil {
		t.Fatal(err)
	}
	if g.Holds(who) {
		t.Error("it holds though the role has changed")
	}
	if g.Holds(Who{Name: "nobody", Role: live.Admin}) {
		t.Error("it holds for who has neither session nor token")
	}
}
