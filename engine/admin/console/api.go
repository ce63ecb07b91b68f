package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"liveroom/engine/live"
)

// The acts of the console's routes, as the table of access names them.
const (
	Anyone       = "anyone"
	Self         = "self"
	StatusRead   = "status.read"
	RoomRead     = "room.read"
	DialogueRead = "dialogue.read"
	DialogueTake = "dialogue.take"
	ActorManage  = "actor.manage"
	RoomSay      = "room.say"
	LinkKick     = "link.kick"
	ConfigRead   = "config.read"
)

// gathering takes routes in, so that a guard can be put before each.
type gathering struct{ into map[string]http.Handler }

// HandleFunc implements humago.Mux.
func (g gathering) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	g.into[pattern] = http.HandlerFunc(h)
}

// ServeHTTP implements humago.Mux; routes are served by the admin side.
func (g gathering) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// build makes the routes.
func (c *Console) build() error {
	config := huma.DefaultConfig("liveroom console", "1")
	config.Info.Description = "What people of a shop see of a running node and do to it. Every operation names the act it needs."
	config.DocsPath, config.SchemasPath = "", "" // a page of documents would load scripts from elsewhere
	config.OpenAPIPath = "/v1/openapi"
	config.CreateHooks = nil // no $schema field in answers
	config.RejectUnknownQueryParameters = true
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	api := humago.New(gathering{c.routes}, config)
	for pattern := range c.routes { // of the description itself
		c.acts[pattern] = Self
	}
	c.reads(api)
	c.deeds(api)
	c.auditRoutes(api)
	c.shelfRoutes(api)
	c.bundleRoutes(api)
	c.insides(api)
	c.messageRoutes(api)
	c.answerRoutes(api)
	c.unsureRoutes(api)
	for _, d := range c.from.Elsewhere {
		describe(api, d)
	}
	for pattern, act := range c.acts { // of the description itself
		if strings.HasPrefix(pattern, "GET /v1/openapi") {
			media := "application/json"
			if strings.HasSuffix(pattern, "yaml") {
				media = "application/yaml"
			}
			describe(api, Described{Pattern: pattern, Act: act, Summary: "This description", Answer: media})
		}
	}
	describe(api, Described{
		Pattern: "GET /v1/stream", Act: RoomRead, Summary: "Differences of what is on screen, over a WebSocket; what may be asked for there is asked for one by one",
		Status: http.StatusSwitchingProtocols, Errors: []int{http.StatusUpgradeRequired, http.StatusServiceUnavailable},
	})
	c.routes["GET /v1/stream"], c.acts["GET /v1/stream"] = http.HandlerFunc(c.serveStream), RoomRead
	return c.addPage()
}

// body is an answer.
type body[T any] struct{ Body T }

// operation adds one route.
func operation[I, O any](c *Console, api huma.API, act, method, path, summary string, do func(context.Context, *I) (O, error)) {
	op := huma.Operation{
		OperationID: opID(method, path), Method: method, Path: path, Summary: summary, MaxBodyBytes: 16 << 10,
		Description: "Needs " + act + ".", Errors: errorsOf(method, path),
		Extensions: map[string]any{"x-act": act},
	}
	if strings.HasPrefix(path, "/v1/scripts/") || strings.HasPrefix(path, "/v1/entries/") {
		op.MaxBodyBytes = 1 << 20 // a file of 64 KiB, with every character of it escaped
	}
	if path == bundlePath {
		op.MaxBodyBytes = maxBundleBody
	}
	c.acts[method+" "+path] = act
	defer func() { refusals(api, operationAt(api, method, path), act) }()
	huma.Register(api, op, func(ctx context.Context, in *I) (*body[O], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, c.problem(err)
		}
		return &body[O]{out}, nil
	})
}

// operationAt returns an operation of the description.
func operationAt(api huma.API, method, path string) *huma.Operation {
	at := api.OpenAPI().Paths[path]
	return map[string]*huma.Operation{
		http.MethodGet: at.Get, http.MethodPut: at.Put, http.MethodPost: at.Post, http.MethodDelete: at.Delete,
	}[method]
}

func opID(method, path string) string {
	id := []byte{}
	for _, b := range []byte(method + path) {
		switch {
		case b >= 'A' && b <= 'Z':
			id = append(id, b+'a'-'A')
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9':
			id = append(id, b)
		case len(id) > 0 && id[len(id)-1] != '-':
			id = append(id, '-')
		}
	}
	return string(id)
}

// problem is an error as it goes out.
func (c *Console) problem(err error) error {
	if flaws := faulty(err); flaws != nil {
		return flaws
	}
	switch {
	case errors.Is(err, ErrUnknown):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, ErrInput):
		return huma.Error422UnprocessableEntity(err.Error())
	case errors.Is(err, ErrForbidden):
		return huma.Error403Forbidden(err.Error())
	case errors.Is(err, ErrRefused):
		return huma.Error409Conflict(err.Error())
	case errors.Is(err, ErrAway), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return huma.Error503ServiceUnavailable(err.Error())
	}
	c.log.Error("the console could not do what was asked", "err", err)
	return huma.Error500InternalServerError("this went wrong; the node's log says why")
}

func inputError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInput, fmt.Sprintf(format, args...))
}

// IntentName is an intent as the taxonomy has it.
type IntentName struct {
	Key    string `json:"key"`
	Domain string `json:"domain"`
	Title  string `json:"title"`
}

// UserPath names a user of a room.
type UserPath struct {
	Room live.RoomID `path:"room" maxLength:"128"`
	User live.UserID `path:"user" maxLength:"128"`
}

func (p UserPath) key() live.UserKey { return live.UserKey{Room: p.Room, User: p.User} }

// actorAt names an actor; without user it is the room's.
type actorAt struct {
	Room live.RoomID `query:"room" maxLength:"128" required:"true"`
	User live.UserID `query:"user" maxLength:"128"`
}

// reads are the routes that change nothing.
func (c *Console) reads(api huma.API) {
	type none struct{}
	operation(c, api, StatusRead, "GET", "/v1/overview", "The whole node at one moment", func(ctx context.Context, _ *none) (Overview, error) {
		return c.overview(time.Now(), c.sightOf(ctx))
	})
	operation(c, api, RoomRead, "GET", "/v1/rooms", "Rooms, busiest first", func(ctx context.Context, q *Query) (Page[RoomRow], error) {
		return c.roomPage(time.Now(), c.sightOf(ctx), *q)
	})
	operation(c, api, RoomRead, "GET", "/v1/rooms/{room}/now", "A room with its figures", func(_ context.Context, in *struct {
		Room live.RoomID `path:"room"`
	},
	) (RoomNow, error) {
		return c.roomNow(time.Now(), in.Room)
	})
	operation(c, api, DialogueRead, "GET", "/v1/rooms/{room}/users/{user}", "What is kept of a user's dialogue", func(ctx context.Context, in *UserPath) (Dialogue, error) {
		return c.from.Dialogues.Show(ctx, in.key())
	})
	operation(c, api, DialogueRead, "GET", "/v1/rooms/{room}/users/{user}/earlier", "What was said in a user's dialogue, page by page from the latest back to the first that is kept", func(ctx context.Context, in *struct {
		UserPath
		Before uint64 `query:"before" maximum:"9007199254740991" doc:"of the page before; left out for the latest"`
	},
	) (Earlier, error) {
		return c.from.Dialogues.Earlier(ctx, in.key(), in.Before)
	})
	operation(c, api, StatusRead, "GET", "/v1/actors", "Actors in memory", func(ctx context.Context, q *ActorQuery) (Page[Actor], error) {
		return c.actorPage(time.Now(), c.sightOf(ctx), *q)
	})
	operation(c, api, StatusRead, "GET", "/v1/actor", "One actor with its state", func(ctx context.Context, in *actorAt) (ActorNow, error) {
		if !c.sightOf(ctx).shows(in.Room) {
			return ActorNow{}, fmt.Errorf("%w: the token is for another room", ErrForbidden)
		}
		a, state, err := c.from.Actors.One(ctx, live.UserKey{Room: in.Room, User: in.User})
		if !c.from.Access.May(ctx, DialogueRead, in.Room) {
			state = "" // it holds what people wrote
		}
		return ActorNow{a, state}, err
	})
	operation(c, api, StatusRead, "GET", "/v1/links", "Open links", func(ctx context.Context, q *LinkQuery) (LinkPage, error) {
		return c.linkPage(time.Now(), c.sightOf(ctx), *q)
	})
	operation(c, api, StatusRead, "GET", "/v1/inference", "How texts are read", func(context.Context, *none) (InferenceNow, error) {
		return c.inference(time.Now())
	})
	operation(c, api, StatusRead, "GET", "/v1/inference/card", "What people are to know of the model", func(context.Context, *none) (Card, error) {
		text, err := c.from.Node.Card()
		return Card{c.from.Node.Inference().Model, text}, err
	})
	operation(c, api, StatusRead, "GET", "/v1/scripts", "The reply scripts in force", func(context.Context, *none) (Scripts, error) {
		return c.from.Node.Scripts(), nil
	})
	operation(c, api, StatusRead, "GET", "/v1/figures", "The figures of the business, with their definitions", func(ctx context.Context, _ *none) (Figures, error) {
		return c.figures(ctx, time.Now())
	})
	operation(c, api, DialogueRead, "GET", "/v1/figures/{key}/cases", "The latest dialogues behind a figure", func(ctx context.Context, in *struct {
		Key string `path:"key" maxLength:"64"`
	},
	) (CaseList, error) {
		return c.cases(ctx, in.Key)
	})
	operation(c, api, ConfigRead, "GET", "/v1/settings", "The configuration in force, with the source of each value", func(context.Context, *none) (SettingList, error) {
		return SettingList{c.from.Node.Settings()}, nil
	})
	operation(c, api, Self, "GET", "/v1/taxonomy", "What intents are called", func(context.Context, *none) (Taxonomy, error) {
		t := Taxonomy{}
		for i := live.Intent(1); int(i) <= live.Intents; i++ {
			t.Intents = append(t.Intents, IntentName{i.String(), i.Domain().String(), i.Title()})
		}
		return t, nil
	})
}

// ActorNow is one actor with its state.
type ActorNow struct {
	Actor
	State string `json:"state,omitempty" doc:"as text for people; left out for who may not read dialogues"`
}

// SettingList is the configuration in force.
type SettingList struct {
	Settings []Setting `json:"settings"`
}

// Taxonomy is what intents are called.
type Taxonomy struct {
	Intents []IntentName `json:"intents"`
}

// Done says that something was done.
type Done struct {
	Done bool `json:"done"`
}

// deeds are the routes that do something. Whoever wraps the routes writes them down.
func (c *Console) deeds(api huma.API) {
	operation(c, api, DialogueTake, "POST", "/v1/rooms/{room}/users/{user}/seat/{act}", "Take a dialogue, speak in it, give it back", func(ctx context.Context, in *struct {
		UserPath
		Act  string `path:"act" enum:"take,say,give_back"`
		Body SeatAct
	},
	) (Done, error) {
		if in.Act == "say" && strings.TrimSpace(in.Body.Text) == "" {
			return Done{}, inputError("text: what is to be said is missing")
		}
		err := c.from.Dialogues.Do(ctx, in.key(), in.Act, in.Body)
		return Done{err == nil}, err
	})
	operation(c, api, DialogueRead, "POST", "/v1/read", "How the present model reads a text", func(ctx context.Context, in *struct {
		Body struct {
			Text string `json:"text" minLength:"1" maxLength:"2000"`
		}
	},
	) (Reading, error) {
		return c.from.Dialogues.Read(ctx, in.Body.Text)
	})
	touch := func(ctx context.Context, k live.UserKey, deed string) (Done, error) {
		err := c.from.Actors.Touch(ctx, k, deed)
		return Done{err == nil}, err
	}
	operation(c, api, ActorManage, "POST", "/v1/rooms/{room}/actor/{deed}", "Restart, passivate or stop a room's actor", func(ctx context.Context, in *struct {
		Room live.RoomID `path:"room" maxLength:"128"`
		Deed string      `path:"deed" enum:"restart,passivate,stop"`
	},
	) (Done, error) {
		return touch(ctx, live.UserKey{Room: in.Room}, in.Deed)
	})
	operation(c, api, ActorManage, "POST", "/v1/rooms/{room}/users/{user}/actor/{deed}", "Restart, passivate or stop a user's actor", func(ctx context.Context, in *struct {
		UserPath
		Deed string `path:"deed" enum:"restart,passivate,stop"`
	},
	) (Done, error) {
		return touch(ctx, in.key(), in.Deed)
	})
	operation(c, api, LinkKick, "POST", "/v1/links/{session}/kick", "End a link; its owner may connect again", func(ctx context.Context, in *struct {
		Session live.SessionID `path:"session" maxLength:"128"`
	},
	) (Done, error) {
		err := c.from.Links.Kick(in.Session)
		return Done{err == nil}, err
	})
}
