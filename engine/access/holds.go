package access

// Holds tells whether someone whom the guard let through may still ask what he then asked: his session is not over, his
// account is there in the same role, his token is not revoked. It is no sign of life: a session ends when its owner rests,
// however long a page of his stays open.
func (g *Guard) Holds(w Who) bool {
	if w.cookie == "" {
		return w.Token != "" && !g.Tokens.Revoked(w.Token)
	}
	account, known := g.Accounts.Find(w.Name)
	return known && account.Role == w.Role.String() && g.sessions.has(w.cookie, g.now())
}
