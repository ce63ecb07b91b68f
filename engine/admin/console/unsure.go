package console

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"liveroom/engine/live"
)

// Unsure keeps lines that were not understood, for people to say what they mean.
type Unsure interface {
	// Lines returns up to n that wait, the latest first, of the rooms that may lets through. Equal ones are one.
	Lines(n int, may func(live.RoomID) bool) UnsurePage
	// Judge labels a line, leaves it out, or puts it back, without the label that the same person gave it. It wraps ErrUnknown and ErrInput.
	Judge(ctx context.Context, place uint64, as Judgement, may func(live.RoomID) bool) error
}

// UnsurePage is what waits to be labelled.
type UnsurePage struct {
	Waiting int          `json:"waiting" doc:"lines in all, equal ones counted each"`
	Lines   []UnsureLine `json:"lines"`
}

// UnsureLine is one line that was not understood.
type UnsureLine struct {
	Place   uint64      `json:"place" doc:"names the line"`
	At      int64       `json:"at"`
	Room    live.RoomID `json:"room"`
	Type    string      `json:"type"`
	Text    string      `json:"text" doc:"masked"`
	Reading Reading     `json:"reading"`
	Times   int         `json:"times" doc:"how often it was said"`
}

// Judgement is what a person says of a line.
type Judgement struct {
	Intent    string `json:"intent,omitempty" maxLength:"64" doc:"left out to pass the line over"`
	Emotion   string `json:"emotion,omitempty" enum:"calm,impatient,hesitant,satisfied"`
	Sentiment string `json:"sentiment,omitempty" enum:"positive,neutral,negative"`
	Back      bool   `json:"back,omitempty" doc:"the line is to wait again; a label that the same person gave it here is withdrawn"`
}

// unsureRoutes are the routes of labelling.
func (c *Console) unsureRoutes(api huma.API) {
	may := func(ctx context.Context) func(live.RoomID) bool {
		return func(room live.RoomID) bool {
			return c.from.Access.May(ctx, LabelWrite, room) && c.from.Access.May(ctx, DialogueRead, room)
		}
	}
	operation(c, api, LabelWrite, "GET", "/v1/unsure", "Lines that were not understood, the latest first, masked", func(ctx context.Context, in *struct {
		Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
	},
	) (UnsurePage, error) {
		return c.from.Unsure.Lines(in.Limit, may(ctx)), nil
	})
	operation(c, api, LabelWrite, "POST", "/v1/unsure/{place}", "Say what such a line means, pass it over, or put it back", func(ctx context.Context, in *struct {
		Place uint64 `path:"place"`
		Body  Judgement
	},
	) (Done, error) {
		if in.Body.Intent != "" && in.Body.Back {
			return Done{}, inputError("back: a line is labelled or put back, not both")
		}
		err := c.from.Unsure.Judge(ctx, in.Place, in.Body, may(ctx))
		return Done{err == nil}, err
	})
}
