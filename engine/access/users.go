package access

import (
	"errors"
	"net/http"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

func (g *Guard) users(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusOK, struct {
		Users []Account `json:"users"`
	}{g.Accounts.List()})
}

// newPassword is an account with the one-time password it was given, which nothing shows again.
type newPassword struct {
	Name     string `json:"name"`
	Role     string `json:"role,omitempty"`
	Password string `json:"password"`
}

func (g *Guard) addUser(w http.ResponseWriter, r *http.Request) {
	var body struct{ Name, Role string }
	if !read(w, r, `{"name":"li.na","role":"operator"}`, &body) {
		return
	}
	made := newPassword{Name: body.Name, Role: body.Role}
	deed := Of(r.Context()).deed(UserManage, body.Name)
	deed.Detail = "add as " + body.Role
	g.manage(w, r, deed, http.StatusCreated, &made, func() (err error) {
		made.Password, err = g.Accounts.Add(r.Context(), body.Name, live.ParseRole(body.Role), g.now())
		return err
	})
}

func (g *Guard) resetPassword(w http.ResponseWriter, r *http.Request) {
	made := newPassword{Name: r.PathValue("name")}
	deed := Of(r.Context()).deed(UserManage, made.Name)
	deed.Detail = "one-time password"
	g.manage(w, r, deed, http.StatusOK, &made, func() (err error) {
		made.Password, err = g.Accounts.Reset(r.Context(), made.Name, g.now())
		g.endAll(made.Name)
		return err
	})
}

func (g *Guard) setRole(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	var body struct{ Role string }
	if !read(w, r, `{"role":"operator"}`, &body) {
		return
	}
	deed := Of(r.Context()).deed(UserManage, name)
	deed.Detail = "role " + body.Role
	g.manage(w, r, deed, http.StatusNoContent, nil, func() error {
		err := g.Accounts.SetRole(name, live.ParseRole(body.Role))
		if err == nil {
			g.sessions.fade(name)
			g.file.save(g.sessions, g.now(), true)
		}
		return err
	})
}

// endAll ends every session of an account, for good.
func (g *Guard) endAll(name string) {
	g.sessions.closeAll(name)
	g.file.save(g.sessions, g.now(), true)
}

func (g *Guard) removeUser(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	deed := Of(r.Context()).deed(UserManage, name)
	deed.Detail = "remove"
	g.manage(w, r, deed, http.StatusNoContent, nil, func() error {
		err := g.Accounts.Remove(name)
		if err == nil {
			g.endAll(name) // a namesake to come must not find them
		}
		return err
	})
}

// manage makes a change of accounts and answers with what came of it.
func (g *Guard) manage(w http.ResponseWriter, r *http.Request, d Deed, status int, shown any, do func() error) {
	err := g.Journal(r.Context(), d, do)
	switch {
	case errors.Is(err, ErrNoAccount):
		refuse(w, http.StatusNotFound, err.Error()+"; GET /v1/users lists them")
	case isCallers(err):
		refuse(w, http.StatusUnprocessableEntity, err.Error())
	case err != nil:
		g.fail(w, "change accounts", err)
	case shown == nil:
		w.WriteHeader(status)
	default:
		respond(w, status, shown)
	}
}

func (g *Guard) revoked(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusOK, struct {
		Revoked []Revocation `json:"revoked"`
	}{g.Tokens.Revocations(g.now())})
}

// revoke takes a token back, by itself or by its id.
func (g *Guard) revoke(w http.ResponseWriter, r *http.Request) {
	var body struct{ Token, ID string }
	if !read(w, r, `{"token":"…"} or {"id":"…"}`, &body) {
		return
	}
	id := body.ID
	if body.Token != "" {
		claims, err := g.Tokens.Keys().Verify(body.Token, g.now())
		switch {
		case errors.Is(err, token.ErrExpired):
			w.WriteHeader(http.StatusNoContent) // nobody can use it any more
			return
		case err != nil:
			refuse(w, http.StatusUnprocessableEntity, "token: "+err.Error())
			return
		}
		id = claims.ID
	}
	if id == "" || len(id) > live.MaxID {
		refuse(w, http.StatusBadRequest, `want {"token":"…"}, or {"id":"…"} with the jti of one, of 1 to 128 bytes`)
		return
	}
	err := g.Journal(r.Context(), Of(r.Context()).deed(TokenRevoke, id), func() error { return g.Tokens.Revoke(id, g.now()) })
	switch {
	case errors.Is(err, ErrFull):
		refuse(w, http.StatusConflict, err.Error())
	case err != nil:
		g.fail(w, "revoke a token", err)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
