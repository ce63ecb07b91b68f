package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"liveroom/engine/access"
	"liveroom/engine/audit"
	"liveroom/engine/live"
)

// CommandActs are what the command line does to a node's data without the node, each written into the audit log: by the
// command itself where the node does not run, by the node where it does.
var CommandActs = []string{"key.init", "key.rewrap", "key.export", "backup.make", "backup.restore", "person.erase", "token.make", "token.rotate"}

// CommandAct is such an act, as the command tells the node of it.
type CommandAct struct {
	Act    string      `json:"act"`
	On     string      `json:"on,omitempty"`
	Detail string      `json:"detail,omitempty"`
	Room   live.RoomID `json:"room,omitempty"`
	User   live.UserID `json:"user,omitempty"` // whom it is about; he is written as a pseudonym alone
}

// Audited is the act as the log has it.
func (c CommandAct) Audited(l *audit.Log, who, from string) audit.Act {
	a := audit.Act{Who: who, Act: c.Act, On: c.On, From: from, Detail: c.Detail}
	if c.User != "" {
		// Not sealed beside: an act of this kind may be the one that is to leave nothing of him.
		a.On = strings.TrimSpace(a.On + " room " + string(c.Room) + " user " + l.Pseudonym(string(c.User)))
	}
	return a
}

// maxCommandActs bounds the acts under way; of more, the oldest is closed without a result.
const maxCommandActs = 64

var errNoResult = errors.New("the command line did not tell what came of it")

// commandActs write down what the command line does beside the node that has the log.
//
//	POST /v1/audit/acts        {"act","on","detail","room","user"} → {"seq"}: the intention is written; now it may be done
//	POST /v1/audit/acts/{seq}  {"failed"}: what came of it, "" when it was done
type commandActs struct {
	audit *audit.Log

	mu   sync.Mutex
	open []*audit.Deed // guarded by mu; the oldest first, at most maxCommandActs
}

func (c *commandActs) routes() map[string]http.Handler {
	return map[string]http.Handler{"POST /v1/audit/acts": http.HandlerFunc(c.begin), "POST /v1/audit/acts/{seq}": http.HandlerFunc(c.end)}
}

// maxActBody is the longest body read, in bytes.
const maxActBody = 8 << 10

func (c *commandActs) begin(w http.ResponseWriter, r *http.Request) {
	var told CommandAct
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxActBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&told); err != nil {
		answer(w, http.StatusBadRequest, refusal{Error: `body: want {"act":"backup.make","on":"…"}`})
		return
	}
	if !slices.Contains(CommandActs, told.Act) {
		answer(w, http.StatusUnprocessableEntity, refusal{Error: fmt.Sprintf("act: %.64q; want one of %s", told.Act, strings.Join(CommandActs, ", "))})
		return
	}
	who := access.Of(r.Context())
	deed, err := c.audit.Begin(told.Audited(c.audit, who.Name, who.From))
	if err != nil {
		answer(w, http.StatusServiceUnavailable, refusal{Error: "storage: " + refusedUnaudited})
		return
	}
	c.mu.Lock()
	c.open = append(c.open, deed)
	var lost *audit.Deed
	if len(c.open) > maxCommandActs {
		lost = c.open[0]
		c.open = slices.Delete(c.open, 0, 1)
	}
	c.mu.Unlock()
	if lost != nil {
		lost.End(errNoResult)
	}
	answer(w, http.StatusOK, map[string]uint64{"seq": deed.Seq()})
}

func (c *commandActs) end(w http.ResponseWriter, r *http.Request) {
	var told struct{ Failed string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxActBody)).Decode(&told); err != nil {
		answer(w, http.StatusBadRequest, refusal{Error: `body: want {"failed":""}, with why when it was not done`})
		return
	}
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	c.mu.Lock()
	at := slices.IndexFunc(c.open, func(d *audit.Deed) bool { return err == nil && d.Seq() == seq })
	var deed *audit.Deed
	if at >= 0 {
		deed = c.open[at]
		c.open = slices.Delete(c.open, at, at+1)
	}
	c.mu.Unlock()
	if deed == nil {
		answer(w, http.StatusNotFound, refusal{Error: "seq: no act of this number is under way"})
		return
	}
	var outcome error
	if told.Failed != "" {
		outcome = errors.New(told.Failed)
	}
	deed.End(outcome)
	answer(w, http.StatusOK, map[string]uint64{"seq": seq})
}
