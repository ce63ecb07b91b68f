package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"liveroom/engine/shop/document"
	"liveroom/engine/storage"
)

// keepsake is something a shop keeps whole, which the admin side may read and replace whole while the node runs.
type keepsake struct {
	name   string // for messages
	export func(document.Format) ([]byte, error)
	// replace reads the file and, unless dry, puts it in force and keeps it. It returns what changes; the error is a
	// *document.Error when the file is at fault, and then, as after any error, nothing has changed.
	replace func(ctx context.Context, format document.Format, file []byte, dry bool) (changes any, err error)
	log     *slog.Logger
	last    *lastImport // where it is kept what became of the latest import
}

// lastImport is what became of the latest import of something: nil once one was taken, or when there was none.
type lastImport = atomic.Pointer[importRefusal]

// importRefusal is an import that was not taken. What the file said is not kept.
type importRefusal struct {
	at       time.Time
	problems int // found in the file; 0 when it could not be kept
}

// routes returns the handlers under path.
func (k keepsake) routes(path string) map[string]http.Handler {
	return map[string]http.Handler{"GET " + path: http.HandlerFunc(k.get), "PUT " + path: http.HandlerFunc(k.put)}
}

// get answers with the whole, in the format that the query names.
func (k keepsake) get(w http.ResponseWriter, r *http.Request) {
	format := document.YAML
	if name := r.URL.Query().Get("format"); name != "" {
		var err error
		if format, err = document.ParseFormat(name); err != nil {
			answer(w, http.StatusBadRequest, refusal{Error: "format: " + err.Error()})
			return
		}
	}
	file, err := k.export(format)
	if err != nil {
		k.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", format.Type())
	// An error here is a client that went away; there is nobody left to tell.
	w.Write(file)
}

// put replaces the whole by the body. The format is named by the query, else by the content type. With dry_run=1 nothing
// changes, and the answer is what it would have been.
func (k keepsake) put(w http.ResponseWriter, r *http.Request) {
	format := document.FormatOfType(r.Header.Get("Content-Type"))
	if name := r.URL.Query().Get("format"); name != "" {
		var err error
		if format, err = document.ParseFormat(name); err != nil {
			answer(w, http.StatusBadRequest, refusal{Error: "format: " + err.Error()})
			return
		}
	}
	file, err := io.ReadAll(http.MaxBytesReader(w, r.Body, document.MaxBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		answer(w, http.StatusRequestEntityTooLarge, refusal{Error: fmt.Sprintf("at most %d bytes are read", document.MaxBytes)})
		return
	case err != nil:
		answer(w, http.StatusBadRequest, refusal{Error: "the body ended early: " + err.Error()})
		return
	}
	dry := r.URL.Query().Get("dry_run")
	tried := dry != "" && dry != "0" && dry != "false"
	changes, err := k.replace(r.Context(), format, file, tried)
	var faulty *document.Error
	if !tried {
		k.remember(err)
	}
	switch {
	case errors.As(err, &faulty):
		answer(w, http.StatusUnprocessableEntity, refusal{
			Error: fmt.Sprintf("%s has %d problem(s); nothing was changed", faulty.What, len(faulty.Problems)), Problems: faulty.Problems,
		})
	case err != nil:
		k.fail(w, err)
	default:
		answer(w, http.StatusOK, changes)
	}
}

// remember keeps what became of an import.
func (k keepsake) remember(err error) {
	if err == nil {
		k.last.Store(nil)
		return
	}
	refused := &importRefusal{at: time.Now()}
	var faulty *document.Error
	if errors.As(err, &faulty) {
		refused.problems = len(faulty.Problems)
	}
	k.last.Store(refused)
}

func (k keepsake) fail(w http.ResponseWriter, err error) {
	k.log.Error("cannot keep "+k.name, "err", err)
	if errors.Is(err, storage.ErrDoubt) {
		answer(w, http.StatusInternalServerError, refusal{Error: "storage: the database was gone before it said whether the " + k.name +
			" was kept; the one before stays in force until the next start; put it again when the database is back"})
		return
	}
	answer(w, http.StatusInternalServerError, refusal{Error: "storage: the " + k.name + " could not be kept, and nothing was changed; the node's log says why"})
}

// refusal is the answer to what cannot be done.
type refusal struct {
	Error    string             `json:"error"`
	Problems []document.Problem `json:"problems,omitempty"`
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error here is a client that went away; there is nobody left to tell.
	json.NewEncoder(w).Encode(body)
}
