package console

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"liveroom/engine/live"
)

// The acts of the routes about single messages.
const (
	PersonReveal = "person.reveal"
	LabelWrite   = "label.write"
	LabelRead    = "label.read"
)

// Messages tells of single messages, and takes in what people say of them.
type Messages interface {
	// Trace returns the way of a message through the node and what its reply rests on. It wraps ErrUnknown.
	Trace(ctx context.Context, k live.UserKey, m MessageRef) (Trace, error)
	// Reveal returns a message and its reply unmasked. Whoever calls it has written down who asks and why. It wraps
	// ErrUnknown and ErrAway.
	Reveal(ctx context.Context, k live.UserKey, m MessageRef) (Revealed, error)
	// Label keeps what a person says that a message means; it is durable when it returns. It wraps ErrUnknown, ErrAway and
	// ErrInput.
	Label(ctx context.Context, k live.UserKey, m MessageRef, as LabelAct) (Label, error)
	// Withdraw takes back what a person said that a message means; that is durable when it returns. It wraps ErrUnknown.
	Withdraw(ctx context.Context, k live.UserKey, m MessageRef) error
	// Labels returns up to n labels said after a time, the earliest first.
	Labels(ctx context.Context, after int64, n int) ([]Label, error)
	// Export writes the labels of rooms that only lets through as lines of the corpus.
	Export(ctx context.Context, w io.Writer, only func(live.RoomID) bool) error
}

// MessageRef names one message of a user.
type MessageRef struct {
	Type string `json:"type" query:"type" enum:"comment,message" required:"true"`
	ID   string `json:"id" query:"id" minLength:"1" maxLength:"128" required:"true"`
}

// Key returns the identity of the message.
func (m *MessageRef) Key() live.EventKey {
	return live.EventKey{Type: live.ParseEventType(m.Type), ID: live.EventID(m.ID)}
}

// RevealAct asks for a message unmasked.
type RevealAct struct {
	MessageRef
	Reason string `json:"reason" minLength:"4" maxLength:"200" doc:"why it must be seen; it is written into the audit log before anything is shown"`
}

// Revealed is a message as it was written.
type Revealed struct {
	Text  string `json:"text"`
	Reply string `json:"reply,omitempty"`
}

// LabelAct says what a message means.
type LabelAct struct {
	MessageRef
	Intent    string `json:"intent" maxLength:"64"`
	Emotion   string `json:"emotion,omitempty" enum:"calm,impatient,hesitant,satisfied" doc:"left out when nobody judged it"`
	Sentiment string `json:"sentiment,omitempty" enum:"positive,neutral,negative" doc:"left out when nobody judged it"`
}

// Label is what a person said that a message means.
type Label struct {
	At        int64       `json:"at"`
	By        string      `json:"by"`
	Source    string      `json:"source" enum:"corrected,labelled"`
	Room      live.RoomID `json:"room"`
	User      live.UserID `json:"user"`
	Type      string      `json:"type"`
	ID        string      `json:"id"`
	Text      string      `json:"text" doc:"masked"`
	Intent    string      `json:"intent"`
	Emotion   string      `json:"emotion,omitempty"`
	Sentiment string      `json:"sentiment,omitempty"`
	Was       string      `json:"was,omitempty" doc:"what it had been read as"`
	Model     string      `json:"model,omitempty" doc:"the version that had read it"`
}

// LabelPage is a page of labels.
type LabelPage struct {
	Labels []Label `json:"labels"`
	Next   int64   `json:"next" doc:"read on after this"`
	More   bool    `json:"more"`
}

// messageRoutes are the routes about single messages.
func (c *Console) messageRoutes(api huma.API) {
	operation(c, api, DialogueRead, "GET", "/v1/rooms/{room}/users/{user}/trace", "The way of one message through every stage, and why it got this reply; there is one when somebody watched the room as it came", func(ctx context.Context, in *struct {
		UserPath
		MessageRef
	},
	) (Trace, error) {
		return c.from.Messages.Trace(ctx, in.UserPath.key(), in.MessageRef)
	})
	operation(c, api, PersonReveal, "POST", "/v1/rooms/{room}/users/{user}/reveal", "A message as it was written, personal values and all, for a reason that is written down first", func(ctx context.Context, in *struct {
		UserPath
		Body RevealAct
	},
	) (Revealed, error) {
		if len([]rune(strings.TrimSpace(in.Body.Reason))) < 4 {
			return Revealed{}, inputError("reason: say why the message must be seen, in 4 characters at least")
		}
		return c.from.Messages.Reveal(ctx, in.UserPath.key(), in.Body.MessageRef)
	})
	operation(c, api, LabelWrite, "PUT", "/v1/rooms/{room}/users/{user}/label", "Say what a message means; it goes into the export for training", func(ctx context.Context, in *struct {
		UserPath
		Body LabelAct
	},
	) (Label, error) {
		return c.from.Messages.Label(ctx, in.UserPath.key(), in.Body.MessageRef, in.Body)
	})
	operation(c, api, LabelWrite, "DELETE", "/v1/rooms/{room}/users/{user}/label", "Take back what somebody said that a message means; it leaves the export", func(ctx context.Context, in *struct {
		UserPath
		MessageRef
	},
	) (Done, error) {
		err := c.from.Messages.Withdraw(ctx, in.UserPath.key(), in.MessageRef)
		return Done{err == nil}, err
	})
	operation(c, api, LabelRead, "GET", "/v1/labels", "What people said that messages mean, the earliest first", func(ctx context.Context, in *struct {
		After int64 `query:"after" minimum:"0" doc:"the next of the page before"`
		Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	},
	) (LabelPage, error) {
		return c.labelPage(ctx, in.After, in.Limit)
	})
	c.acts["GET /v1/labels/export"] = LabelRead
	huma.Register(api, huma.Operation{
		OperationID: "get-v1-labels-export", Method: http.MethodGet, Path: "/v1/labels/export",
		Summary: "What people said that messages mean, masked, as lines of the corpus", Description: "Needs " + LabelRead + ".",
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden}, Extensions: map[string]any{"x-act": LabelRead},
	}, func(ctx context.Context, _ *struct{}) (*linesFile, error) { return c.exportLabels(ctx) })
}

// linesFile is an export of labels as it goes out.
type linesFile struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	Body        []byte
}

func (c *Console) labelPage(ctx context.Context, after int64, limit int) (LabelPage, error) {
	list, err := c.from.Messages.Labels(ctx, after, limit)
	p := LabelPage{Labels: []Label{}, Next: after, More: len(list) == limit}
	for _, l := range list {
		p.Next = l.At
		if c.from.Access.May(ctx, LabelRead, l.Room) {
			p.Labels = append(p.Labels, l)
		}
	}
	return p, err
}

// exportLabels is GET /v1/labels/export.
func (c *Console) exportLabels(ctx context.Context) (*linesFile, error) {
	var lines bytes.Buffer // whole before the first byte leaves: half a corpus must not look like one
	err := c.from.Messages.Export(ctx, &lines, func(room live.RoomID) bool { return c.from.Access.May(ctx, LabelRead, room) })
	if err != nil {
		return nil, c.problem(err)
	}
	return &linesFile{"text/tab-separated-values; charset=utf-8", `attachment; filename="labels.tsv"`, "no-store", lines.Bytes()}, nil
}
