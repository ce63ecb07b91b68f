package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"liveroom/engine/access"
	"liveroom/engine/audit"
	"liveroom/engine/storage"
)

// paper is something that a shop keeps whole in the store and may replace while the node runs.
type paper struct {
	kind string                              // of its documents
	file string                              // in the data folder, where it lay before the store kept it
	from func(export []byte) ([]byte, error) // makes what is kept of what is exported; nil where they are the same
}

var (
	cataloguePaper = paper{kind: "catalogue", file: "catalogue.yaml"}
	knowledgePaper = paper{kind: "knowledge", file: "knowledge.json", from: knowledgeFrom}
)

const (
	paperName = "shop"   // a store is of one shop
	takenIn   = ".taken" // ends the name of a file that the store has taken in
	anew      = ".anew"  // ends the name of one to take in where nothing that the store has can be used
)

// papers keep what was replaced last, and what it was before.
type papers struct {
	// documents are the versions kept of one, the latest first; it returns how many do not open.
	documents func(ctx context.Context, kind, name string, yield func(storage.Document) bool) (shut int, err error)

	store *storage.Store // nil where nothing is to be kept
	audit *audit.Log
	dir   string // the data folder
	log   *slog.Logger
	kept  func() // called when something is durable and not in force yet; for tests
}

// newPapers returns the papers of a node.
func newPapers(store *storage.Store, log *audit.Log, dir string, logger *slog.Logger) *papers {
	return &papers{documents: store.Documents, store: store, audit: log, dir: dir, log: logger}
}

// papersBeside returns the papers of a node that may be running: they are read, and none is kept. Where they cannot be read
// there are none.
func papersBeside(cfg storage.Config, log *slog.Logger) *papers {
	read := func(ctx context.Context, kind, name string, yield func(storage.Document) bool) (int, error) {
		shut, err := storage.ReadDocuments(ctx, cfg, kind, name, yield)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			log.Warn("what was imported is not read", "what", kind, "err", err)
		}
		return shut, nil
	}
	return &papers{documents: read, dir: cfg.Dir, log: log}
}

// read has use take what was kept last, and tells whether anything was. Of versions that use refuses, or that do not open, the
// one before is tried; when none is left that is an error, since the configured shop has other prices. A file of a liveroom of
// before is taken into the store, once.
func (p *papers) read(ctx context.Context, what paper, use func([]byte) error) (bool, error) {
	var found storage.Document
	var refused error
	shut, err := p.documents(ctx, what.kind, paperName, func(d storage.Document) bool {
		if err := use(d.Body); err != nil {
			refused = errors.Join(refused, fmt.Errorf("version %d: %w", d.Version, err))
			p.log.Error("what was kept last cannot be used: the version before is", "what", what.kind, "version", d.Version, "err", err)
			return true
		}
		found = d
		return false
	})
	if err != nil {
		return false, err
	}
	if found.Version == 0 && (refused != nil || shut > 0) {
		return p.instead(ctx, what, shut, refused, use)
	}
	path := filepath.Join(p.dir, what.file)
	if found.Version == 0 {
		file, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return false, nil
		case err != nil:
			return false, fmt.Errorf("read %s of before: %w", what.kind, err)
		}
		return true, p.takeIn(ctx, what, path, file, use)
	}
	for _, path := range []string{path, path + anew} {
		if err := p.besides(path, found); err != nil {
			return false, fmt.Errorf("read %s of before: %w", what.kind, err)
		}
	}
	p.log.Info("as imported", "what", what.kind, "version", found.Version, "at", found.At)
	return true, nil
}

// besides sees to a file that is not read since the store has what is found.
func (p *papers) besides(path string, found storage.Document) error {
	file, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case p.store == nil:
	case bytes.Equal(file, found.Body): // a crash came before it was put aside
		p.putAside(path)
	default:
		p.log.Warn("this file is not read: the store has a later version; import it if it is wanted, and remove it", "file", path, "version", found.Version)
	}
	return nil
}

// instead takes in the file that is put where nothing in the store can be used. Without one that is an error.
func (p *papers) instead(ctx context.Context, what paper, shut int, refused error, use func([]byte) error) (bool, error) {
	path := filepath.Join(p.dir, what.file+anew)
	if shut > 0 {
		refused = errors.Join(refused, fmt.Errorf("versions that do not open: %d (%w)", shut, storage.ErrCorrupt))
	}
	file, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("none of the imported versions of the %s can be used (restore a backup, or put the %[1]s to use, as \"liveroom export\" printed it, into %s, and start again: it is taken in): %w",
			what.kind, path, refused)
	case err != nil:
		return false, fmt.Errorf("read %s: %w", what.kind, err)
	}
	if what.from != nil {
		if file, err = what.from(file); err != nil {
			return false, fmt.Errorf("%s (put it right): %w", path, err)
		}
	}
	return true, p.takeIn(ctx, what, path, file, use)
}

// takeIn takes a file into the store. When that cannot be written the file counts, and the next start tries again.
func (p *papers) takeIn(ctx context.Context, what paper, path string, file []byte, use func([]byte) error) error {
	if err := use(file); err != nil {
		return fmt.Errorf("imported %s %s, which goes before the configured one (put it right or remove it): %w", what.kind, path, err)
	}
	if p.store == nil {
		return nil
	}
	version, err := p.store.KeepDocument(ctx, storage.Document{Kind: what.kind, Name: paperName, Body: file})
	if err != nil {
		p.log.Error("a file is not in the store yet; the next start takes it in", "file", path, "err", err)
		return nil
	}
	p.log.Info("a file is in the store from now on", "file", path, "version", version)
	p.putAside(path)
	return nil
}

// putAside renames a file that is in the store.
func (p *papers) putAside(path string) {
	if err := os.Rename(path, path+takenIn); err != nil {
		p.log.Warn("a file that is in the store was not renamed; remove it", "file", path, "err", err)
	}
}

// keep keeps a version, before it is put in force. ctx says who replaces it.
func (p *papers) keep(ctx context.Context, what paper, body []byte) error {
	d := storage.Document{Kind: what.kind, Name: paperName, Body: body}
	if who := access.Of(ctx).Name; who != "" {
		d.Author = p.audit.Pseudonym(who)
	}
	version, err := p.store.KeepDocument(ctx, d)
	if err != nil {
		return err
	}
	p.log.Info("kept", "what", what.kind, "version", version)
	if p.kept != nil {
		p.kept()
	}
	return nil
}
