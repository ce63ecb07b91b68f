// Package web holds the console's page: its source beside this file, and what was built of it in dist, committed so that
// a machine without node builds the engine. make web builds it anew.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built page.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded right above
	}
	return sub
}
