package console

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The acts of the shop's knowledge.
const (
	KnowledgeRead  = "knowledge.read"
	KnowledgeWrite = "knowledge.write"
)

// Answers is what the shop knows to answer. Its methods wrap ErrUnknown and ErrRefused, and return a *FaultyError for an
// entry that may not be put in force.
type Answers interface {
	// Each calls yield with every entry until it returns false.
	Each(yield func(KnownEntry) bool)
	// One returns an entry as it is and as it was.
	One(id string) (EntryNow, error)
	// Change changes an entry. It wraps ErrRefused when the entry is not what the editor read.
	Change(ctx context.Context, id string, c EntryChange) (EntryNow, error)
	// Check tells what is wrong with an entry that somebody writes, and who would answer what with it; nothing changes.
	Check(ctx context.Context, s EntrySketch) (EntryChecked, error)
	// Heat returns what was asked most.
	Heat() Heat
}

// EntryText is what an entry of the knowledge base says.
type EntryText struct {
	Question     string   `json:"question" maxLength:"2000"`
	Alternatives []string `json:"alternatives,omitempty" maxItems:"50" doc:"other ways to ask it"`
	Answer       string   `json:"answer" maxLength:"4000"`
	Tags         []string `json:"tags,omitempty" maxItems:"50" doc:"words that tell, with intent and product, that the entry is meant"`
	Products     []string `json:"products,omitempty" maxItems:"500"`
	Intents      []string `json:"intents,omitempty" maxItems:"40"`
}

// KnownEntry is one entry of the knowledge base.
type KnownEntry struct {
	ID string `json:"id"`
	EntryText
	Updated int64   `json:"updated"`
	Version uint64  `json:"version"`
	Said    *uint64 `json:"said,omitempty" doc:"how often its answer was given since the start; left out of a past version"`
}

// EntryNow is an entry as it is and as it was.
type EntryNow struct {
	Now  *KnownEntry  `json:"now,omitempty" doc:"left out when it is no more"`
	Past []KnownEntry `json:"past" doc:"the latest first"`
}

// EntryChange is what somebody wants of an entry.
type EntryChange struct {
	Base uint64 // the version that the editor read, 0 for a new entry
	Text EntryText
	Gone bool   // it is to be removed
	From uint64 // the version that is to be brought back, 0 for none; then Text does not count
}

// Heat is what people ask, by hour of the shop's day.
type Heat struct {
	Since int64     `json:"since"`
	Asked uint64    `json:"asked" doc:"questions counted in all"`
	Lost  uint64    `json:"lost,omitempty" doc:"of kinds beyond those that are kept apart"`
	Rows  []HeatRow `json:"rows" doc:"what was asked most, most first; at most 20"`
}

// HeatRow is one kind of question.
type HeatRow struct {
	Intent   string   `json:"intent"`
	Product  string   `json:"product,omitempty"`
	Asked    uint64   `json:"asked"`
	Answered uint64   `json:"answered" doc:"of those, replied to or joined to a reply"`
	Hours    []uint32 `json:"hours" doc:"by hour of the day, 24 of them"`
}

var entrySheet = sheet[KnownEntry]{
	first: "said",
	columns: map[string]column[KnownEntry]{
		"id":      byWord(func(e *KnownEntry) string { return e.ID }),
		"said":    byNumber(func(e *KnownEntry) uint64 { return *e.Said }),
		"updated": byNumber(func(e *KnownEntry) int64 { return e.Updated }),
		"version": byNumber(func(e *KnownEntry) uint64 { return e.Version }),
	},
	match: func(e *KnownEntry, word string) bool {
		return contains(word, e.ID, e.Question, e.Answer) || contains(word, slices.Concat(e.Alternatives, e.Tags, e.Products, e.Intents)...)
	},
	tie: func(a, b *KnownEntry) int { return strings.Compare(a.ID, b.ID) },
}

// EntryPath names an entry of the knowledge base.
type EntryPath struct {
	ID string `path:"id" maxLength:"128"`
}

// answerRoutes are the routes of the shop's knowledge, entry by entry.
func (c *Console) answerRoutes(api huma.API) {
	answers := c.from.Answers
	operation(c, api, KnowledgeRead, "GET", "/v1/entries", "Entries of the knowledge base", func(_ context.Context, q *Query) (Page[KnownEntry], error) {
		rows := []KnownEntry{}
		answers.Each(func(e KnownEntry) bool {
			rows = append(rows, e)
			return true
		})
		return entrySheet.page(rows, *q, nil)
	})
	operation(c, api, KnowledgeRead, "GET", "/v1/entries/{id}", "An entry as it is and as it was", func(_ context.Context, in *EntryPath) (EntryNow, error) {
		return answers.One(in.ID)
	})
	operation(c, api, KnowledgeWrite, "PUT", "/v1/entries/{id}", "Save an entry over the version that was read", func(ctx context.Context, in *struct {
		EntryPath
		Body struct {
			Base uint64 `json:"base" doc:"the version as it was read, 0 for a new entry"`
			EntryText
		}
	},
	) (EntryNow, error) {
		return answers.Change(ctx, in.ID, EntryChange{Base: in.Body.Base, Text: in.Body.EntryText})
	})
	operation(c, api, KnowledgeWrite, "POST", "/v1/entries/{id}/rollback", "Bring a version of an entry back", func(ctx context.Context, in *struct {
		EntryPath
		Body struct {
			Base uint64 `json:"base"`
			From uint64 `json:"from" minimum:"1"`
		}
	},
	) (EntryNow, error) {
		return answers.Change(ctx, in.ID, EntryChange{Base: in.Body.Base, From: in.Body.From})
	})
	operation(c, api, KnowledgeWrite, "DELETE", "/v1/entries/{id}", "Remove an entry; its versions are kept", func(ctx context.Context, in *struct {
		EntryPath
		Base uint64 `query:"base" required:"true"`
	},
	) (EntryNow, error) {
		return answers.Change(ctx, in.ID, EntryChange{Base: in.Base, Gone: true})
	})
	operation(c, api, KnowledgeWrite, "POST", "/v1/entries/check", "Check an entry and rehearse it; nothing changes", func(ctx context.Context, in *struct{ Body EntrySketch }) (EntryChecked, error) {
		checked, err := answers.Check(ctx, in.Body)
		checked.Figures = c.from.Rooms.Figures(in.Body.Room)
		return checked, err
	})
	operation(c, api, KnowledgeRead, "GET", "/v1/heat", "What is asked most, by hour of the day", func(context.Context, *struct{}) (Heat, error) {
		return answers.Heat(), nil
	})
}
