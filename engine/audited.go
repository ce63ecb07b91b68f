package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// journal writes what people do about accounts, sessions and tokens into the audit log.
func (p *parts) journal(ctx context.Context, d access.Deed, do func() error) error {
	return p.audit.Do(ctx, audit.Act{Who: d.Who, Act: string(d.Act), On: d.On, From: d.From, Detail: d.Detail}, do)
}

// ownWords are the routes whose handlers write into the audit log themselves.
var ownWords = map[string]bool{"POST /v1/audit/acts": true, "POST /v1/audit/acts/{seq}": true}

// exports are the routes that change nothing and are written down all the same: they hand a whole of something out.
var exports = map[string]bool{"GET /v1/catalogue": true, "GET /v1/knowledge": true, "GET /v1/labels/export": true}

// audited writes every change that is asked for over the admin side into the audit log, before it is made and after, and
// every export; what cannot be written is not done. Routes that only look are not written down, and the guard's own speak
// for themselves.
func (p *parts) audited(pattern string, next http.Handler) http.Handler {
	method, _, _ := strings.Cut(pattern, " ")
	_, own := p.guard.Handlers()[pattern]
	looks := (method == http.MethodGet || method == http.MethodHead) && !exports[pattern]
	if own || ownWords[pattern] || changesNothing[pattern] || looks {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		act := actOf(pattern, r)
		if pattern == eraseRoutePattern { // not sealed beside, and no hash of a body that names him: nothing of him is to be left
			act.On, act.Detail = "room "+r.PathValue("room")+" user "+p.audit.Pseudonym(r.PathValue("user")), erasedBy(r)+pattern
		}
		told := &telling{ResponseWriter: w, status: http.StatusOK}
		err := p.audit.Do(r.Context(), act, func() error {
			next.ServeHTTP(told, r)
			if told.status >= http.StatusBadRequest {
				return fmt.Errorf("answered %d", told.status)
			}
			return nil
		})
		if errors.Is(err, audit.ErrRefused) {
			answer(w, http.StatusServiceUnavailable, refusal{Error: "storage: " + refusedUnaudited})
		}
	})
}

const refusedUnaudited = "the audit log cannot be written, so this was not done; try again, the node's log says why"

// changesNothing are the routes that only read although their method says otherwise, since what they are asked about does
// not fit into an address.
var changesNothing = map[string]bool{"POST /v1/scripts/check": true, "POST /v1/entries/check": true}

// telling remembers what a handler answered.
type telling struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (t *telling) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (t *telling) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// revealPerson is the route that tells whom a record of the audit log is about; its body says why.
const revealPerson = "POST /v1/audit/records/{seq}/reveal"

// shown are the routes whose body tells nothing of a person and is written down as it is; of others it is the SM3.
var shown = map[string]bool{
	"PUT /v1/rooms/{room}/mode":         true,
	revealPerson:                        true,
	"PUT /v1/rooms/{room}/muted/{user}": true,
	labelRoute:                          true,
}

var wildcards = regexp.MustCompile(`\{(\w+)(?:\.\.\.)?\}`)

// actOf describes what a request asks for.
func actOf(pattern string, r *http.Request) audit.Act {
	who := access.Of(r.Context())
	a := audit.Act{Who: who.Name, Act: pattern, From: who.From}
	if declared, ok := access.Routes[pattern]; ok {
		a.Act = string(declared)
	}
	var on []string
	for _, name := range wildcards.FindAllStringSubmatch(pattern, -1) {
		value := r.PathValue(name[1])
		if name[1] == "user" {
			value = audit.PersonalIn(r.PathValue("room"), value)
		}
		on = append(on, name[1]+" "+value)
	}
	a.On, a.Detail = strings.Join(on, " "), pattern
	if r.URL.RawQuery != "" {
		a.Detail += " ?" + r.URL.RawQuery
	}
	if body := peek(r); len(body) > 0 && pattern == revealRoute {
		a.Detail += " " + revealed(body)
	} else if len(body) > 0 && shown[pattern] && len(body) <= maxRoomBody {
		text := string(body)
		if pattern == revealPerson {
			text = masked(text) // a person has typed it
		}
		a.Detail += " " + text
	} else if len(body) > 0 {
		a.Detail += fmt.Sprintf(" %d bytes, SM3 %x", len(body), sm3.Sum(body))
	}
	return a
}

// Routes about messages whose record says more than others.
const (
	revealRoute = "POST /v1/rooms/{room}/users/{user}/reveal"
	labelRoute  = "PUT /v1/rooms/{room}/users/{user}/label"
)

// revealed says of a body that asks for a message unmasked which one it is, and why.
func revealed(body []byte) string {
	var asked console.RevealAct
	if err := json.Unmarshal(body, &asked); err != nil {
		return fmt.Sprintf("%d bytes that cannot be read", len(body))
	}
	return fmt.Sprintf("%.16s %.128q because: %.200q", asked.Type, asked.ID, masked(asked.Reason))
}

// peek reads the body and puts it back. Of one that is longer than anything accepted, it is the beginning.
func peek(r *http.Request) []byte {
	body, err := io.ReadAll(io.LimitReader(r.Body, document.MaxBytes+1))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = failing{err}
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), r.Body}
	return body
}

// failing is a reader that has failed.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// handOver lets a person take a dialogue or give it back. It must not wait, so that is noted in the audit log and written
// within moments, and refused when the log could not be written lately.
func (g *gate) handOver(l *live.Link, e *live.Event, received time.Time) *live.Fault {
	who := string(l.User)
	if who == "" {
		who = "seat with token " + l.Token
	}
	act := audit.Act{
		Who: who, Act: "dialogue." + e.Type.String(), From: l.From,
		On: "room " + string(e.Room) + " user " + audit.PersonalIn(string(e.Room), string(e.User)),
	}
	if g.audit.Note(act) != nil {
		return &live.Fault{Code: live.StorageFailed, To: e.ID, Hint: refusedUnaudited}
	}
	fault := g.deliver(l, e, received)
	if fault != nil {
		act.Detail = "refused: " + fault.Code.String()
		g.audit.NoteFailed(act) // a log that fails by now has kept, or will keep, the note before
	}
	return fault
}
