package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"liveroom/actors"
	"liveroom/engine/live"
)

// roomRoutes let a room's mode and mutes be read and set while the node runs. What is set is durable before it is
// answered.
//
//	GET    /v1/rooms/{room}               what the room is about
//	GET    /v1/rooms/{room}/mode          {"room","mode"}
//	PUT    /v1/rooms/{room}/mode          {"mode":"auto"|"suggest"|"paused"}
//	PUT    /v1/rooms/{room}/muted/{user}  {"until": Unix milliseconds}, or nothing: until it is lifted
//	DELETE /v1/rooms/{room}/muted/{user}
type roomRoutes struct {
	gate *gate
	log  *slog.Logger
}

func (r roomRoutes) routes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /v1/rooms/{room}":                 r.known(r.show),
		"GET /v1/rooms/{room}/mode":            r.known(r.mode),
		"PUT /v1/rooms/{room}/mode":            r.known(r.setMode),
		"PUT /v1/rooms/{room}/muted/{user}":    r.known(r.mute),
		"DELETE /v1/rooms/{room}/muted/{user}": r.known(r.unmute),
	}
}

// roomWait is how long a room may take to answer, or storage to keep what was set.
const roomWait = 5 * time.Second

// maxRoomBody is the longest body that is read, in bytes.
const maxRoomBody = 4 << 10

// known hands on requests about rooms that exist.
func (r roomRoutes) known(next func(http.ResponseWriter, *http.Request, live.RoomID)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		room := live.RoomID(req.PathValue("room"))
		if !r.gate.enter(room, false) {
			answer(w, http.StatusNotFound, refusal{Error: fmt.Sprintf(
				"room: there is no room %.128q; name it in the catalogue, or let an ingest link speak of it first", string(room))})
			return
		}
		next(w, req, room)
	})
}

// roomShown is a room as it is shown.
type roomShown struct {
	Room       live.RoomID  `json:"room"`
	Mode       string       `json:"mode"`
	Muted      []mutedShown `json:"muted"`
	Top        []topShown   `json:"top"`
	Answers    int          `json:"answers"`      // public answers that are fresh or on their way
	OnTheirWay int          `json:"on_their_way"` // of those, the latter
	LastMinute int          `json:"last_minute"`  // public replies
	PerMinute  int          `json:"per_minute"`   // as many as there may be
}

type mutedShown struct {
	User  live.UserID `json:"user"`
	Until int64       `json:"until,omitempty"` // Unix milliseconds; left out when it has no end
}

type topShown struct {
	Intent  string         `json:"intent"`
	Product live.ProductID `json:"product,omitempty"`
	Count   int            `json:"count"` // different people within the last minute
}

func (r roomRoutes) show(w http.ResponseWriter, req *http.Request, room live.RoomID) {
	v, ok := r.view(w, req, room)
	if !ok {
		return
	}
	shown := roomShown{
		Room: v.Room, Mode: v.Mode.String(), Muted: []mutedShown{}, Top: []topShown{}, Answers: v.Answers, OnTheirWay: v.OnTheirWay,
		LastMinute: v.LastMinute, PerMinute: v.PerMinute,
	}
	for _, m := range v.Muted {
		shown.Muted = append(shown.Muted, mutedOf(m.User, m.Until))
	}
	for _, t := range v.Top {
		shown.Top = append(shown.Top, topShown{Intent: t.Topic.Intent.String(), Product: t.Topic.Product, Count: t.Askers})
	}
	answer(w, http.StatusOK, shown)
}

func mutedOf(user live.UserID, until int64) mutedShown {
	if until == live.MutedForever {
		until = 0
	}
	return mutedShown{User: user, Until: until}
}

func (r roomRoutes) view(w http.ResponseWriter, req *http.Request, room live.RoomID) (actors.RoomView, bool) {
	got := make(chan actors.RoomView, 1)
	r.gate.house.RoomView(room, func(v actors.RoomView) { got <- v })
	ctx, stop := context.WithTimeout(req.Context(), roomWait)
	defer stop()
	select {
	case v := <-got:
		return v, true
	case <-ctx.Done():
		answer(w, http.StatusServiceUnavailable, refusal{Error: "the room does not answer now; ask again"})
		return actors.RoomView{}, false
	}
}

// modeShown is a room's mode as it is shown.
type modeShown struct {
	Room live.RoomID `json:"room"`
	Mode string      `json:"mode"`
}

func (r roomRoutes) mode(w http.ResponseWriter, req *http.Request, room live.RoomID) {
	if v, ok := r.view(w, req, room); ok {
		answer(w, http.StatusOK, modeShown{room, v.Mode.String()})
	}
}

func (r roomRoutes) setMode(w http.ResponseWriter, req *http.Request, room live.RoomID) {
	var body struct {
		Mode string `json:"mode"`
	}
	if !readBody(w, req, `{"mode":"auto"}`, &body) {
		return
	}
	mode := live.ParseRoomMode(body.Mode)
	if mode == 0 {
		answer(w, http.StatusBadRequest, refusal{Error: fmt.Sprintf("mode: %.64q; want auto, suggest or paused", body.Mode)})
		return
	}
	r.set(w, req, modeShown{room, mode.String()}, func(done func(error)) { r.gate.house.SetRoomMode(room, mode, done) })
}

func (r roomRoutes) mute(w http.ResponseWriter, req *http.Request, room live.RoomID) {
	user, ok := userOf(w, req)
	if !ok {
		return
	}
	var body struct {
		Until *int64 `json:"until"`
	}
	if !readBody(w, req, `{"until":1790000000000}, or no body`, &body) {
		return
	}
	until := int64(live.MutedForever)
	if body.Until != nil {
		if until = *body.Until; until <= time.Now().UnixMilli() {
			answer(w, http.StatusBadRequest, refusal{Error: fmt.Sprintf(
				"until: %d is not ahead; send a time in Unix milliseconds, leave it out to mute until it is lifted, or DELETE to lift it", until)})
			return
		}
	}
	r.setMute(w, req, live.UserKey{Room: room, User: user}, until, mutedOf(user, until))
}

func (r roomRoutes) unmute(w http.ResponseWriter, req *http.Request, room live.RoomID) {
	if user, ok := userOf(w, req); ok {
		r.setMute(w, req, live.UserKey{Room: room, User: user}, 0, nil)
	}
}

// setMute mutes a user, or lifts that. Of whoever is being erased nothing is stored anew, a mute that is lifted neither.
func (r roomRoutes) setMute(w http.ResponseWriter, req *http.Request, k live.UserKey, until int64, shown any) {
	if r.gate.erases(k) {
		answer(w, http.StatusServiceUnavailable, refusal{Error: "user: " + actors.ErrBarred.Error()})
		return
	}
	r.set(w, req, shown, func(done func(error)) { r.gate.house.Mute(k.Room, k.User, until, done) })
}

// set waits for a setting to be in force and answers with it, nil for nothing to say.
func (r roomRoutes) set(w http.ResponseWriter, req *http.Request, shown any, start func(done func(error))) {
	kept := make(chan error, 1)
	start(func(err error) { kept <- err })
	ctx, stop := context.WithTimeout(req.Context(), roomWait)
	defer stop()
	select {
	case err := <-kept:
		switch {
		case errors.Is(err, actors.ErrMutes):
			answer(w, http.StatusConflict, refusal{Error: "user: " + err.Error()})
		case err != nil:
			r.log.Error("room setting not kept", "err", err)
			answer(w, http.StatusServiceUnavailable, refusal{Error: "storage: this is not stored and not in force; the node's log says why"})
		case shown == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			answer(w, http.StatusOK, shown)
		}
	case <-ctx.Done():
		answer(w, http.StatusServiceUnavailable, refusal{Error: "this may come into force later, or not at all; ask for the room to see, or set it again"})
	}
}

// userOf returns the user that the path names.
func userOf(w http.ResponseWriter, req *http.Request) (live.UserID, bool) {
	user := req.PathValue("user")
	if len(user) > live.MaxID || !utf8.ValidString(user) || strings.ContainsFunc(user, unicode.IsControl) {
		answer(w, http.StatusBadRequest, refusal{Error: fmt.Sprintf(
			"user: %.140q; want 1 to %d bytes of UTF-8 without control characters", user, live.MaxID)})
		return "", false
	}
	return live.UserID(user), true
}

// readBody reads a small JSON object; no body leaves it as it is.
func readBody(w http.ResponseWriter, req *http.Request, example string, into any) bool {
	file, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxRoomBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		answer(w, http.StatusRequestEntityTooLarge, refusal{Error: fmt.Sprintf("body: at most %d bytes are read; send %s", maxRoomBody, example)})
		return false
	case err != nil:
		answer(w, http.StatusBadRequest, refusal{Error: "body: it ended early: " + err.Error()})
		return false
	case len(strings.TrimSpace(string(file))) == 0:
		return true
	}
	decoder := json.NewDecoder(strings.NewReader(string(file)))
	decoder.DisallowUnknownFields()
	if err = decoder.Decode(into); err == nil {
		if _, end := decoder.Token(); errors.Is(end, io.EOF) {
			return true
		}
		err = errors.New("there is more than one object")
	}
	answer(w, http.StatusBadRequest, refusal{Error: fmt.Sprintf("body: %s; send %s", bodyFault(err), example)})
	return false
}

// bodyFault says what is wrong with a body in words that name the field.
func bodyFault(err error) string {
	var sort *json.UnmarshalTypeError
	if errors.As(err, &sort) && sort.Field != "" {
		return fmt.Sprintf("%s is a %s", sort.Field, sort.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
