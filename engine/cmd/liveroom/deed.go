package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"liveroom/engine"
	"liveroom/engine/audit"
)

// deed is something that a command does to a node's data without the node.
type deed struct {
	engine.CommandAct
	cfg  engine.Config
	node toNode
}

// errUnaudited means that nothing was done, since it could not be written down.
var errUnaudited = errors.New("nothing was done: it cannot be written into the audit log")

// do writes the deed into the audit log of the data folder, does it, and writes what came of it. A node that runs has the
// log to itself and is asked to write; when that fails too, nothing is done. Where there is no data folder there is no log.
func (d deed) do(ctx context.Context, s streams, do func() error) (err error) {
	if _, err := os.Stat(d.cfg.Storage.Dir); errors.Is(err, fs.ErrNotExist) {
		return do()
	}
	at := d.cfg.Audit.In(d.cfg.Storage.Dir)
	uid, gid, err := owner(d.cfg.Storage.Dir)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnaudited, err)
	}
	log, err := audit.Open(at, slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})), nil)
	switch {
	case errors.Is(err, audit.ErrLocked):
		return d.throughNode(ctx, do)
	case err != nil:
		return fmt.Errorf("%w: %w", errUnaudited, err)
	}
	defer func() {
		late := log.Finish()
		if uid != os.Geteuid() {
			late = errors.Join(late, handOver(at, uid, gid))
		}
		if late != nil {
			fmt.Fprintln(s.err, "note:", late)
		}
	}()
	act := d.Audited(log, "command line", "")
	act.Detail = whose(act.Detail)
	return log.Do(ctx, act, do)
}

// settleFor is how long the node is asked to write a result: it takes a new token key up within half a second.
const (
	settleFor   = 5 * time.Second
	settleAgain = 200 * time.Millisecond
)

// throughNode has the node that runs write the deed down.
func (d deed) throughNode(ctx context.Context, do func() error) error {
	told := d.CommandAct
	told.Detail = whose(told.Detail)
	var begun struct{ Seq uint64 }
	if err := d.node.send(ctx, d.cfg, http.MethodPost, "/v1/audit/acts", told, &begun); err != nil {
		return fmt.Errorf("%w: a node has %s open and must write it: %w", errUnaudited, d.cfg.Audit.In(d.cfg.Storage.Dir).Dir, err)
	}
	outcome := do()
	result := struct {
		Failed string `json:"failed"`
	}{}
	if outcome != nil {
		result.Failed = outcome.Error()
	}
	path := "/v1/audit/acts/" + strconv.FormatUint(begun.Seq, 10)
	for end := time.Now().Add(settleFor); ; time.Sleep(settleAgain) {
		err := d.node.send(context.WithoutCancel(ctx), d.cfg, http.MethodPost, path, result, nil)
		if err == nil {
			return outcome
		}
		if !errors.Is(err, errUnauthorized) || time.Now().After(end) {
			return errors.Join(outcome, fmt.Errorf("what came of it is not in the audit log, where record %d says that it was begun: %w", begun.Seq, err))
		}
	}
}

// whose puts the account of the machine before a detail.
func whose(detail string) string {
	name := "account " + strconv.Itoa(os.Geteuid())
	if u, err := user.Current(); err == nil {
		name = "account " + u.Username
	}
	if detail == "" {
		return name
	}
	return name + "; " + detail
}

// owner returns whose data a folder is, and refuses to write there as another account, unless that is root's: then what it
// makes is handed over, since the node could not write it any more.
func owner(dir string) (uid, gid int, err error) {
	st, err := os.Stat(dir)
	if err != nil {
		return 0, 0, err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return os.Geteuid(), os.Getegid(), nil
	}
	uid, gid = int(sys.Uid), int(sys.Gid)
	if me := os.Geteuid(); me != uid && me != 0 {
		name := strconv.Itoa(uid)
		if u, err := user.LookupId(name); err == nil {
			name = u.Username
		}
		return uid, gid, fmt.Errorf("%s belongs to the account %s; run this as that account, or as root", dir, name)
	}
	return uid, gid, nil
}

// handOver gives the files of a log to the account whose data they are.
func handOver(at audit.Config, uid, gid int) error {
	var problems []error
	give := func(path string) {
		if err := os.Lchown(path, uid, gid); err != nil && !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, err)
		}
	}
	for _, path := range at.HeadsFile {
		give(path)
	}
	give(at.Dir)
	files, err := os.ReadDir(at.Dir)
	for _, f := range files {
		give(filepath.Join(at.Dir, f.Name()))
	}
	return errors.Join(append(problems, err)...)
}
