package console

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"liveroom/engine/admin/web"
)

// pageSecurity is what the page may load: itself, and nothing from anywhere else. It runs no script and no style that
// stands in a document.
const pageSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// asset is one file of the page.
type asset struct {
	content, zipped []byte
	kind            string
	lasting         bool // its name changes with its content
}

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".json": "application/json", ".woff2": "font/woff2",
}

// assets are the files of the page by name. They are part of the binary, so that they are packed once.
var assets = sync.OnceValues(func() (map[string]*asset, error) {
	files := make(map[string]*asset)
	err := fs.WalkDir(web.Dist(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.Dist(), name)
		if err != nil {
			return err
		}
		kind, ok := kinds[path.Ext(name)]
		if !ok {
			return fmt.Errorf("page: %s is of no known kind", name)
		}
		a := &asset{content: content, kind: kind, lasting: strings.HasPrefix(name, "assets/")}
		var zipped bytes.Buffer
		z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(content); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if a.zipped = zipped.Bytes(); len(a.zipped) >= len(content) {
			a.zipped = nil
		}
		files[name] = a
		return nil
	})
	return files, err
})

// addPage adds the routes of the page: its files under /console/, and the page itself for every other path there, so that
// a view can be found again by its address.
func (c *Console) addPage() error {
	files, err := assets()
	if err != nil {
		return err
	}
	index := files["index.html"]
	if index == nil {
		return fmt.Errorf("page: index.html is missing; run make web")
	}
	c.routes["GET /console/{file...}"] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		a := files[name]
		if a == nil {
			if strings.HasPrefix(name, "assets/") {
				http.NotFound(w, r)
				return
			}
			a = index
		}
		a.serve(w, r)
	})
	c.routes["GET /{$}"] = http.RedirectHandler("/console/", http.StatusFound)
	c.acts["GET /console/{file...}"], c.acts["GET /{$}"] = Anyone, Anyone
	return nil
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Content-Security-Policy", pageSecurity)
	h.Set("Vary", "Accept-Encoding")
	if a.lasting {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	content := a.content
	if a.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = a.zipped
	}
	h.Set("Content-Length", fmt.Sprint(len(content)))
	// An error here is a client that went away; there is nobody left to tell.
	w.Write(content)
}
