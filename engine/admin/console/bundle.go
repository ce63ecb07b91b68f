package console

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"liveroom/engine/live"
)

// ScriptBundle exchanges all scripts of the shop in one piece. Its methods wrap ErrInput and ErrRefused, and Import returns a
// *FaultyError with everything that is wrong when the whole may not be put in force.
type ScriptBundle interface {
	// Bundle returns every script of the shop: its own files, and the library's where it has none of that name.
	Bundle() (Bundle, error)
	// Import puts files in force together, or none of them; those that say what is said already are left alone. dry changes
	// nothing and says what would change.
	Import(ctx context.Context, files []BundleFile, dry bool) (Imported, error)
}

// Bundle is all scripts of a shop.
type Bundle struct {
	Shop  live.ShopID  `json:"shop"`
	Files []BundleFile `json:"files"`
}

// BundleFile is one of them.
type BundleFile struct {
	Name   string `json:"name" minLength:"1" maxLength:"128"`
	Text   string `json:"text,omitempty" maxLength:"65536"`
	Own    bool   `json:"own,omitempty" doc:"the shop has a file of its own of that name; not looked at by an import"`
	Remove bool   `json:"remove,omitempty" doc:"take the shop's file away; the library's holds again, if there is one"`
}

// Imported is what an import did, or would do.
type Imported struct {
	Changed   []string `json:"changed"`
	Removed   []string `json:"removed"`
	Unchanged int      `json:"unchanged"`
	DryRun    bool     `json:"dry_run,omitempty"`
	Refused   string   `json:"refused,omitempty" doc:"why the folder as it is now is not in force"`
}

// bundlePath is where all scripts are exchanged; maxBundleBody is the longest body read there, in bytes.
const (
	bundlePath    = "/v1/scripts/bundle"
	maxBundleBody = 8 << 20
)

func (c *Console) bundleRoutes(api huma.API) {
	bundle := c.from.Bundle
	operation(c, api, StatusRead, "GET", bundlePath, "All scripts of the shop", func(context.Context, *struct{}) (Bundle, error) {
		return bundle.Bundle()
	})
	operation(c, api, ScriptWrite, "PUT", bundlePath, "Put several scripts in force together, or none", func(ctx context.Context, in *struct {
		DryRun bool `query:"dry_run" doc:"check, and say what would change; nothing does"`
		Body   struct {
			Files []BundleFile `json:"files" minItems:"1" maxItems:"1000"`
		}
	},
	) (Imported, error) {
		return bundle.Import(ctx, in.Body.Files, in.DryRun)
	})
}
