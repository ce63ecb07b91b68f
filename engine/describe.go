package engine

import (
	"net/http"

	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/shop"
	"liveroom/engine/shop/knowledge"
)

// What requests to routes outside of the console are read into, and what those answer, where the handlers have no named
// type for it.
type (
	// modeDoc is a room's mode.
	modeDoc struct {
		Mode string `json:"mode" enum:"auto,suggest,paused"`
	}
	// eraseDoc says once more who is to be erased.
	eraseDoc struct {
		Confirm string `json:"confirm" doc:"the user of the address"`
	}
	// erasedDoc says what was erased.
	erasedDoc struct {
		Records int  `json:"records" doc:"taken out of the journal"`
		Facts   int  `json:"facts" doc:"deleted, or kept without the person"`
		Later   bool `json:"overwritten_later" doc:"what the database has freed is overwritten later: once no backup reads it (PostgreSQL: at the next start), at the next start at the latest"`
	}
	// muteUntilDoc bounds a mute.
	muteUntilDoc struct {
		Until int64 `json:"until,omitempty" doc:"Unix milliseconds; left out, it lasts until it is lifted"`
	}
	// swapAnswerDoc says which model is in use.
	swapAnswerDoc struct {
		Model   string `json:"model"`
		Refused string `json:"refused,omitempty" doc:"why the one offered was refused"`
	}
	// signInDoc is who signs in.
	signInDoc struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	// newPasswordDoc changes a password.
	newPasswordDoc struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	// signedInDoc is who is signed in.
	signedInDoc struct {
		Name       string   `json:"name"`
		Role       string   `json:"role"`
		Acts       []string `json:"acts" doc:"what he may do"`
		CSRF       string   `json:"csrf,omitempty" doc:"to be sent as X-CSRF-Token with what changes something; a token needs none"`
		MustChange bool     `json:"must_change" doc:"nothing else is answered until the password is changed"`
	}
	// userMadeDoc asks for an account.
	userMadeDoc struct {
		Name string `json:"name"`
		Role string `json:"role"`
	}
	// userRoleDoc gives an account another role.
	userRoleDoc struct {
		Role string `json:"role"`
	}
	// oneTimeDoc is an account with the password it was given, which nothing shows again.
	oneTimeDoc struct {
		Name     string `json:"name"`
		Role     string `json:"role,omitempty"`
		Password string `json:"password"`
	}
	// userListDoc are the accounts.
	userListDoc struct {
		Users []access.Account `json:"users"`
	}
	// revokedListDoc are the tokens that were taken back.
	revokedListDoc struct {
		Revoked []access.Revocation `json:"revoked"`
	}
	// revokeTokenDoc names a token, by itself or by its id.
	revokeTokenDoc struct {
		Token string `json:"token,omitempty"`
		ID    string `json:"id,omitempty"`
	}
	// actSeqDoc is the record that an act is written as.
	actSeqDoc struct {
		Seq uint64 `json:"seq"`
	}
	// actFailedDoc says what became of an act.
	actFailedDoc struct {
		Failed string `json:"failed" doc:"why it was not done; empty when it was"`
	}
)

// described are the routes that the console does not serve itself, but for its page and the chaos build's, for the description
// of the API. TestEveryRouteIsDescribed keeps them whole.
func described() []console.Described {
	const text, file, status = "text/plain", "application/octet-stream", http.StatusServiceUnavailable
	bad, none, wrong, large, clash := http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusConflict
	broken, often := http.StatusInternalServerError, http.StatusTooManyRequests
	format := map[string]string{"format": "yaml, json or csv; else the content type says it, or it is YAML"}
	importing := map[string]string{"format": format["format"], "dry_run": "1: say what would change, and change nothing"}
	errs := func(codes ...int) []int { return codes }
	list := []console.Described{
		{Pattern: "GET /livez", Summary: "Whether the process answers", Answer: text},
		{Pattern: "GET /readyz", Summary: "Whether the node takes links, else why not", Answer: text, Errors: errs(status)},
		{Pattern: "GET /readyz/parts", Summary: "The same, with a line for each part: its name, its state, and what to do about it in Chinese", Answer: text, Errors: errs(status)},
		{Pattern: "GET /metrics", Summary: "Metrics for Prometheus", Answer: text},
		{Pattern: "GET /v1/status", Summary: "Every part's status", Answer: map[string]any{}},
		{Pattern: "GET /debug/pprof/", Summary: "Which profiles there are", Answer: "text/html"},
		{Pattern: "GET /debug/pprof/cmdline", Summary: "The command line of the process", Answer: text},
		{Pattern: "GET /debug/pprof/profile", Summary: "A profile of the CPU", Query: map[string]string{"seconds": "how long"}, Answer: file},
		{Pattern: "GET /debug/pprof/symbol", Summary: "What functions are called", Answer: text},
		{Pattern: "GET /debug/pprof/trace", Summary: "An execution trace", Query: map[string]string{"seconds": "how long"}, Answer: file},

		{Pattern: "GET /v1/catalogue", Summary: "What the shop sells, as a file", Query: format, Answer: "application/yaml", Errors: errs(bad, broken)},
		{Pattern: "PUT /v1/catalogue", Summary: "Replace what the shop sells; it is checked whole first", Query: importing, Body: "application/yaml", Answer: shop.Changes{}, Errors: errs(bad, large, wrong, broken, status)},
		{Pattern: "GET /v1/knowledge", Summary: "What the shop knows to answer, as a file", Query: format, Answer: "application/yaml", Errors: errs(bad, broken)},
		{Pattern: "PUT /v1/knowledge", Summary: "Replace what the shop knows to answer; it is checked whole first", Query: importing, Body: "application/yaml", Answer: knowledge.Changes{}, Errors: errs(bad, large, wrong, broken, status)},
		{Pattern: "GET /v1/knowledge/{id}", Summary: "An entry as it is and as it was", Answer: knowledge.Past{}, Errors: errs(none)},

		{Pattern: "GET /v1/rooms/{room}", Summary: "What a room is about", Answer: roomShown{}, Errors: errs(none, status)},
		{Pattern: "GET /v1/rooms/{room}/mode", Summary: "A room's mode", Answer: modeShown{}, Errors: errs(none, status)},
		{Pattern: "PUT /v1/rooms/{room}/mode", Summary: "Have a room answer by itself, only suggest, or pause; durable when it is answered", Body: modeDoc{}, Answer: modeShown{}, Errors: errs(bad, none, clash, large, status)},
		{Pattern: "PUT /v1/rooms/{room}/muted/{user}", Summary: "Give a user no public answers any more; durable when it is answered", Body: muteUntilDoc{}, Answer: mutedShown{}, Errors: errs(bad, none, clash, large, status)},
		{Pattern: "DELETE /v1/rooms/{room}/muted/{user}", Summary: "Lift a mute; durable when it is answered", Errors: errs(bad, none, clash, status)},
		{Pattern: "POST /v1/rooms/{room}/users/{user}/erase", Summary: "Erase one person while the node runs: links, actor, what is remembered and what is stored; it does not come back", Body: eraseDoc{}, Answer: erasedDoc{}, Errors: errs(wrong, clash, status)},
		{Pattern: "GET /v1/stock/{sku}", Summary: "Where the pieces of a SKU are, at one instant", Answer: stockShown{}, Errors: errs(none)},
		{Pattern: "GET /v1/reservations", Summary: "What is reserved, and what ended lately", Query: reservationQuery, Answer: reservationPage{}, Errors: errs(bad)},
		{Pattern: releasePattern, Summary: "Give back what a reservation holds, as if its time had ended; durable when it is answered", Answer: reservationRow{}, Errors: errs(none, clash, status)},
		{Pattern: "GET /v1/reservations/{id}", Summary: "Where a reservation stands", Answer: reservationShown{}, Errors: errs(none)},

		{Pattern: "POST /v1/model/swap", Summary: "Take the model that the model folder holds by now", Answer: swapAnswerDoc{}, Errors: errs(wrong, status)},
		{Pattern: "POST /v1/keys/rotate", Summary: "Seal with a new data key from now on", Answer: map[string]any{}, Errors: errs(broken, clash, status)},
		{Pattern: "POST /v1/keys/rewrap", Summary: "Seal the data keys under the present master key", Answer: map[string]any{}, Errors: errs(broken, clash, status)},

		{Pattern: "POST /v1/session", Summary: "Sign in: sets a cookie", Body: signInDoc{}, Answer: signedInDoc{}, Errors: errs(bad, http.StatusUnauthorized, large, often, status)},
		{Pattern: "DELETE /v1/session", Summary: "Sign out", Errors: errs(bad, status)},
		{Pattern: "GET /v1/me", Summary: "Who is signed in, and what he may", Answer: signedInDoc{}},
		{Pattern: "PUT /v1/me/password", Summary: "Change one's own password; other sessions end", Body: newPasswordDoc{}, Answer: signedInDoc{}, Errors: errs(bad, large, wrong, often, status)},
		{Pattern: "GET /v1/users", Summary: "The accounts", Answer: userListDoc{}},
		{Pattern: "POST /v1/users", Summary: "Make an account, with a one-time password that nothing shows again", Body: userMadeDoc{}, Answer: oneTimeDoc{}, Status: http.StatusCreated, Errors: errs(bad, large, wrong, status)},
		{Pattern: "PUT /v1/users/{name}", Summary: "Give an account another role; its sessions end", Body: userRoleDoc{}, Errors: errs(bad, none, large, wrong, status)},
		{Pattern: "DELETE /v1/users/{name}", Summary: "Remove an account; its sessions end", Errors: errs(none, wrong, status)},
		{Pattern: "POST /v1/users/{name}/password", Summary: "Give an account a new one-time password; its sessions end", Answer: oneTimeDoc{}, Errors: errs(none, wrong, status)},
		{Pattern: "GET /v1/tokens/revoked", Summary: "The tokens that were taken back", Answer: revokedListDoc{}},
		{Pattern: "POST /v1/tokens/revoked", Summary: "Take a token back; its links end", Body: revokeTokenDoc{}, Errors: errs(bad, clash, large, wrong, status)},

		{Pattern: "POST /v1/audit/acts", Summary: "Write down what a command is about to do beside the node", Body: CommandAct{}, Answer: actSeqDoc{}, Errors: errs(bad, wrong, status)},
		{Pattern: "POST /v1/audit/acts/{seq}", Summary: "Write down what became of it", Body: actFailedDoc{}, Answer: actSeqDoc{}, Errors: errs(bad, none, status)},
	}
	for i := range list {
		d := &list[i]
		d.Act = string(access.Routes[d.Pattern])
		if d.Act == "" {
			d.Act = console.Anyone
		}
	}
	return list
}
