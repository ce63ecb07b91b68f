package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"liveroom/engine/audit"
	"liveroom/engine/files"
	"liveroom/engine/storage/seal"
)

// sealedFiles are the files of the data folder that are sealed under the master key itself, since they are wanted before the
// store's data keys are, or without them.
var sealedFiles = []string{accountsFile, revokedFile}

// actSealed is how the audit log remembers that a file is sealed from then on.
const actSealed = "access.sealed"

// fileSealer implements access.Sealer.
type fileSealer struct {
	audit *audit.Log

	mu      sync.Mutex
	service seal.KeyService // guarded by mu
}

func (f *fileSealer) keys() seal.KeyService {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.service
}

// use takes another key service from now on.
func (f *fileSealer) use(service seal.KeyService) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.service = service
}

// Sealed implements access.Sealer.
func (f *fileSealer) Sealed(content []byte) bool { return seal.IsFile(content) }

// Open implements access.Sealer.
func (f *fileSealer) Open(name string, content []byte) ([][]byte, error) {
	lines, err := seal.OpenFile(context.Background(), f.keys(), name, content)
	if errors.Is(err, seal.ErrCorrupt) {
		err = fmt.Errorf("%w; somebody has changed it, or the disk has: bring it back from a backup, or remove it", err)
	}
	return lines, err
}

// New implements access.Sealer.
func (f *fileSealer) New(name string) (head []byte, line func([]byte) []byte, err error) {
	file, err := seal.NewFile(context.Background(), f.keys(), name)
	if err != nil {
		return nil, nil, err
	}
	return file.Head(), file.Line, nil
}

// Plain implements access.Sealer: a plain file, of before there was sealing, is taken once. That it was stands in the audit
// log, where nobody can take it away unseen.
func (f *fileSealer) Plain(name string) error {
	known, err := f.known(name)
	if err != nil {
		return err
	}
	if known {
		return fmt.Errorf("%s is plain, and the audit log says that it was sealed: somebody has replaced it; bring it back from a backup, or remove it", name)
	}
	return nil
}

func (f *fileSealer) known(name string) (bool, error) {
	found, err := f.audit.Records(0, 1, audit.Filter{Act: actSealed, On: name, Result: audit.Done})
	return len(found) > 0, err
}

// remember has the audit log say which files are sealed from now on.
func (f *fileSealer) remember(ctx context.Context) error {
	for _, name := range sealedFiles {
		known, err := f.known(name)
		if err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.audit.Do(ctx, audit.Act{Who: "node", Act: actSealed, On: name}, func() error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// reseal has the files sealed under the first of the service's master keys.
func (p *parts) reseal(service seal.KeyService) error {
	p.sealer.use(service)
	p.guard.ResealSessions()
	return errors.Join(p.accounts.Reseal(), p.tokens.Reseal())
}

// ResealFiles seals the files of a data folder, whose node does not run, under the first of the service's master keys; they
// open with any of them.
func ResealFiles(ctx context.Context, cfg Config, service seal.KeyService) error {
	for _, name := range append(slices.Clone(sealedFiles), sessionsFile) {
		path := filepath.Join(cfg.Storage.Dir, name)
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) || err == nil && !seal.IsFile(content) {
			continue // the next start seals it
		}
		if err != nil {
			return err
		}
		lines, err := seal.OpenFile(ctx, service, name, content)
		if err != nil && name == sessionsFile {
			continue // the next start puts it aside; no key stays in use for its sake
		}
		if err != nil {
			return err
		}
		file, err := seal.NewFile(ctx, service, name)
		if err != nil {
			return err
		}
		next := slices.Clone(file.Head())
		for _, l := range lines {
			next = append(next, file.Line(l)...)
		}
		if err := swapFile(path, next); err != nil {
			return fmt.Errorf("seal %s anew: %w", name, err)
		}
	}
	return nil
}

// swapFile puts a file in the place of another, of the same owner and mode: whoever reads it finds one or the other whole.
func swapFile(path string, content []byte) (err error) {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	return files.Replace(path, content, func(f *os.File) error { return errors.Join(f.Chmod(st.Mode().Perm()), likeOwner(f, st)) })
}
