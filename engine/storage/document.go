package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// Document is one version of something that is kept whole, as a shop's catalogue.
type Document struct {
	Kind    string // what it is; stands in the row as it is, so it tells nothing of anybody
	Name    string // which of its kind
	Version uint64 // each keeping makes the next, from 1
	At      int64  // when it was kept, Unix milliseconds
	Author  string // who kept it, by a pseudonym; "" is the node itself
	Body    []byte
}

// keepVersions is how many versions of a document are kept, the latest ones.
const keepVersions = 50

const (
	insertDocument = `INSERT INTO document (id, version, kind, at, data) VALUES ($1, $2, $3, $4, $5)`
	dropDocuments  = `DELETE FROM document WHERE id = $1 AND version <= $2`
	lastDocument   = `SELECT coalesce(max(version), 0) FROM document WHERE id = $1`
)

func documentPlace(id []byte, version uint64) seal.Place {
	return seal.Place{Table: "document", Seq: version, Row: id}
}

// documentID is what the rows of a document are found by.
func documentID(ring *seal.Keyring, kind, name string) seal.ID {
	return ring.Index("document", kind, name)
}

// KeepDocument keeps a document as the next version of its kind and name, and returns that version once it is durable; of
// many the earliest go. After an error nothing was kept, but for ErrDoubt. It may be called before Run.
func (s *Store) KeepDocument(ctx context.Context, d Document) (version uint64, err error) {
	if len(d.Body) > codec.MostDocument {
		return 0, fmt.Errorf("keep %s: %d bytes, at most %d", d.Kind, len(d.Body), codec.MostDocument)
	}
	s.documents.Lock()
	defer s.documents.Unlock()
	id := documentID(s.ring, d.Kind, d.Name)
	var last int64
	if err := s.readPool.QueryRowContext(ctx, lastDocument, id[:]).Scan(&last); err != nil {
		return 0, fmt.Errorf("keep %s: %w", d.Kind, s.meetDamage(err))
	}
	version = uint64(last) + 1
	// Sealed here, since that takes a while and the committer has other things to do.
	data, err := s.ring.Seal(nil, documentPlace(id[:], version), codec.AppendDocument(nil, d.Name, d.Author, d.Body))
	if err != nil {
		return 0, fmt.Errorf("keep %s: seal: %w", d.Kind, err)
	}
	err = s.asCommitter(ctx, func(work context.Context) error {
		w := &s.committer.writer
		err := s.withinSealed(work, func() error {
			if err := w.exec(work, insertDocument, id[:], int64(version), d.Kind, s.now().UnixMilli(), data); err != nil {
				return err
			}
			return w.exec(work, dropDocuments, id[:], last+1-keepVersions)
		})
		if errors.Is(err, errUnsure) {
			err = s.settleDocument(work, id, version, err)
		}
		s.noteDamage(err)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep %s: %w", d.Kind, err)
	}
	return version, nil
}

// settleDocument finds out what became of a document whose COMMIT was not answered: nil when it is kept, the cause when it
// is not. Commits wait meanwhile, so it does not try for long.
func (s *Store) settleDocument(ctx context.Context, id seal.ID, version uint64, cause error) error {
	w := &s.committer.writer
	for wait, end := settleLeast, time.Now().Add(settleEnd); ; wait *= 2 {
		last, err := w.lastDocument(ctx, id)
		switch {
		case err == nil && uint64(last) >= version:
			return nil
		case err == nil:
			return cause
		case time.Now().After(end), errors.Is(err, ErrTaken):
			return fmt.Errorf("%w: %w", ErrDoubt, cause)
		}
		time.Sleep(min(wait, settleMost))
	}
}

// lastDocument returns the latest version of a document, on the connection that writes.
func (w *writer) lastDocument(ctx context.Context, id seal.ID) (last int64, err error) {
	if err := w.connect(ctx); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err = w.conn.QueryRowContext(ctx, lastDocument, id[:]).Scan(&last); err != nil {
		w.giveUp()
	}
	return last, err
}

// Document returns the latest version of a document that opens, ErrNotFound when there is none, ErrCorrupt when there are some
// and none opens. Later ones that do not are counted and logged.
func (s *Store) Document(ctx context.Context, kind, name string) (d Document, err error) {
	shut, err := s.Documents(ctx, kind, name, func(v Document) bool {
		d = v
		return false
	})
	switch {
	case err != nil || d.Version > 0:
	case shut > 0:
		err = fmt.Errorf("%s: %d versions, and none opens: %w", kind, shut, ErrCorrupt)
	default:
		err = fmt.Errorf("%s: %w", kind, ErrNotFound)
	}
	return d, err
}

// Documents yields the versions kept of a document, the latest first, until yield returns false. What does not open is
// counted, logged and left out; shut is how many those are.
func (s *Store) Documents(ctx context.Context, kind, name string, yield func(Document) bool) (shut int, err error) {
	bad := func(version int64, err error) {
		shut++
		s.noteDamage(err)
		s.quarantine("document", uint64(version), err, "kind", kind)
	}
	err = s.meetDamage(eachDocument(ctx, s.readPool, s.ring, kind, name, bad, yield))
	return shut, err
}

// ReadDocuments is Documents of a store that a node may have open. What does not open is left out; shut is how many those are.
func ReadDocuments(ctx context.Context, cfg Config, kind, name string, yield func(Document) bool) (shut int, err error) {
	snap, err := openSnapshot(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, snap.close()) }()
	version, err := metaValue(ctx, snap.conn, metaSchema)
	if err != nil || version < since["document"] {
		return 0, err
	}
	err = eachDocument(ctx, snap.conn, snap.ring, kind, name, func(int64, error) { shut++ }, yield)
	return shut, err
}

// eachDocument reads the versions of a document, the latest first. bad is told of what does not open.
func eachDocument(ctx context.Context, db querier, ring *seal.Keyring, kind, name string, bad func(int64, error), yield func(Document) bool) error {
	id := documentID(ring, kind, name)
	rows, err := db.QueryContext(ctx, `SELECT version, at, data FROM document WHERE id = $1 ORDER BY version DESC`, id[:])
	if err != nil {
		return fmt.Errorf("read %s: %w", kind, err)
	}
	defer rows.Close()
	for rows.Next() {
		var version int64
		var at sql.NullInt64
		var data []byte
		if err := rows.Scan(&version, &at, &data); err != nil {
			return fmt.Errorf("read %s: %w", kind, err)
		}
		if !at.Valid || data == nil { // neither may be: the page is damaged
			bad(version, errNull)
			continue
		}
		d, err := openDocument(ctx, ring, id[:], uint64(version), data)
		switch {
		case errors.Is(err, ErrCorrupt):
			bad(version, err)
			continue
		case err != nil:
			return fmt.Errorf("read %s: %w", kind, err)
		}
		d.Kind, d.At = kind, at.Int64
		if !yield(d) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", kind, err)
	}
	return nil
}

// openDocument opens a row. Kind and time are the caller's.
func openDocument(ctx context.Context, ring *seal.Keyring, id []byte, version uint64, data []byte) (d Document, err error) {
	plain, err := ring.Open(ctx, documentPlace(id, version), data)
	if errors.Is(err, seal.ErrCorrupt) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err != nil {
		return d, err
	}
	d.Version = version
	d.Name, d.Author, d.Body, err = codec.Document(plain)
	return d, err
}
