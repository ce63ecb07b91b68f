package console

import (
	"context"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"liveroom/engine/live"
)

// ScriptWrite is the act of changing reply scripts.
const ScriptWrite = "script.write"

// Shelf keeps the shop's own script files. Its methods wrap ErrUnknown, ErrInput and ErrRefused, and return a
// *FaultyError for a file that may not be put in force.
type Shelf interface {
	// Open returns a file as it is, with its versions.
	Open(name string) (ScriptFile, error)
	// Version returns what a file said once.
	Version(name string, n int) (ScriptVersion, error)
	// Check reads and checks a file as at a load, and fills its texts in with what is known now. Nothing changes.
	Check(ctx context.Context, s Sketch) (Checked, error)
	// Change changes a file and has it loaded. It wraps ErrRefused when the file is not what the editor read.
	Change(ctx context.Context, name string, c ScriptChange) (ScriptFile, error)
}

// ScriptFile is one file of the shop's scripts folder, or one of the library that has none there.
type ScriptFile struct {
	Name     string          `json:"name"`
	Text     string          `json:"text" doc:"of the shop's file, else of the library's"`
	Own      bool            `json:"own" doc:"the shop has a file of that name"`
	Base     string          `json:"base" doc:"names the text of the shop's file, empty without one; to be given back when it is saved"`
	Library  string          `json:"library,omitempty" doc:"the file of that name as it ships"`
	Editable bool            `json:"editable" doc:"there is a folder to save it in"`
	Versions []ScriptVersion `json:"versions" doc:"the latest first, without their texts"`
	Refused  string          `json:"refused,omitempty" doc:"why the folder as it is now is not in force"`
}

// ScriptVersion is what a file said once.
type ScriptVersion struct {
	N    int    `json:"n"`
	At   int64  `json:"at"`
	Who  string `json:"who,omitempty" doc:"left out for a change past the console"`
	From int    `json:"from,omitempty" doc:"the version that it brought back"`
	Gone bool   `json:"gone,omitempty" doc:"the file was removed"`
	Text string `json:"text,omitempty"`
}

// Sketch is a file that somebody is writing.
type Sketch struct {
	File  string      `json:"file" minLength:"1" maxLength:"128"`
	Text  string      `json:"text" maxLength:"262144"`
	Room  live.RoomID `json:"room,omitempty" maxLength:"128" doc:"where live figures are to come from"`
	Scope string      `json:"scope,omitempty" enum:"public,private"`
}

// Checked is what a check found.
type Checked struct {
	Problems []Flaw  `json:"problems" doc:"why it cannot be saved"`
	Others   []Flaw  `json:"others,omitempty" doc:"problems of other files, which keep the whole folder out of force"`
	Texts    []Trial `json:"texts" doc:"each text with the figures of the room; none when the file cannot be read"`
	Product  string  `json:"product,omitempty" doc:"what the texts are about"`
}

// Flaw is one thing that is wrong.
type Flaw struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`
}

// Trial is one text as it would be said now.
type Trial struct {
	Variant string   `json:"variant"`
	Source  string   `json:"source"`
	Text    string   `json:"text,omitempty"`
	Missing []string `json:"missing,omitempty" doc:"needs that are not met now"`
	Unmet   []string `json:"unmet,omitempty" doc:"conditions that do not hold now"`
	Term    string   `json:"term,omitempty" doc:"a forbidden word that a value of the catalogue brings into it"`
}

// ScriptChange is what somebody wants of a file.
type ScriptChange struct {
	Base string
	Text string
	Gone bool // the file is to be removed; the library's holds again, if there is one
	From int  // the version that is to be brought back, 0 for none; then Text does not count
}

// FaultyError says why something may not be put in force.
type FaultyError struct{ Flaws []Flaw }

// Error implements error, a flaw a line.
func (e *FaultyError) Error() string {
	lines := make([]string, 0, len(e.Flaws))
	for _, f := range e.Flaws {
		lines = append(lines, f.Text)
	}
	return strings.Join(lines, "\n")
}

// faulty is a FaultyError as it goes out, nil for any other.
func faulty(err error) error {
	var e *FaultyError
	if !errors.As(err, &e) {
		return nil
	}
	details := make([]error, 0, len(e.Flaws))
	for _, f := range e.Flaws {
		details = append(details, &huma.ErrorDetail{Message: f.Text, Location: f.File, Value: f.Line})
	}
	return huma.Error422UnprocessableEntity("nothing was changed", details...)
}

// FilePath names a file of scripts.
type FilePath struct {
	File string `path:"file" maxLength:"128"`
}

// shelfRoutes are the routes of the shop's own scripts.
func (c *Console) shelfRoutes(api huma.API) {
	shelf := c.from.Shelf
	operation(c, api, StatusRead, "GET", "/v1/scripts/files/{file}", "A script file with its versions", func(_ context.Context, in *FilePath) (ScriptFile, error) {
		return shelf.Open(in.File)
	})
	operation(c, api, StatusRead, "GET", "/v1/scripts/files/{file}/versions/{n}", "A script file as it was", func(_ context.Context, in *struct {
		FilePath
		N int `path:"n" minimum:"1"`
	},
	) (ScriptVersion, error) {
		return shelf.Version(in.File, in.N)
	})
	operation(c, api, ScriptWrite, "POST", "/v1/scripts/check", "Check a script and fill it in; nothing changes", func(ctx context.Context, in *struct{ Body Sketch }) (Checked, error) {
		return shelf.Check(ctx, in.Body)
	})
	operation(c, api, ScriptWrite, "PUT", "/v1/scripts/files/{file}", "Save a script over the version that was read", func(ctx context.Context, in *struct {
		FilePath
		Body struct {
			Base string `json:"base" maxLength:"64" doc:"of the file as it was read, empty for a new one"`
			Text string `json:"text" minLength:"1" maxLength:"262144"`
		}
	},
	) (ScriptFile, error) {
		return shelf.Change(ctx, in.File, ScriptChange{Base: in.Body.Base, Text: in.Body.Text})
	})
	operation(c, api, ScriptWrite, "POST", "/v1/scripts/files/{file}/rollback", "Bring a version of a script back", func(ctx context.Context, in *struct {
		FilePath
		Body struct {
			Base string `json:"base" maxLength:"64"`
			N    int    `json:"n" minimum:"1"`
		}
	},
	) (ScriptFile, error) {
		return shelf.Change(ctx, in.File, ScriptChange{Base: in.Body.Base, From: in.Body.N})
	})
	operation(c, api, ScriptWrite, "DELETE", "/v1/scripts/files/{file}", "Remove a script; the library's holds again, if there is one", func(ctx context.Context, in *struct {
		FilePath
		Base string `query:"base" maxLength:"64" required:"true"`
	},
	) (ScriptFile, error) {
		return shelf.Change(ctx, in.File, ScriptChange{Base: in.Base, Gone: true})
	})
}
