package engine

import (
	"errors"
	"fmt"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/storage"
)

// auditView tells of the audit log.
type auditView struct {
	log   *audit.Log
	store *storage.Store
}

// Status implements console.Audit.
func (v auditView) Status() console.AuditStatus {
	s := v.log.Status()
	shown := console.AuditStatus{
		Chain: s.Chain, Key: s.Key, Last: s.Last, Failure: s.Failure, Refused: s.Refused, Waiting: s.Waiting,
		Held: s.Held, Keyless: s.Keyless, Unkept: s.Unkept, Heads: []console.AuditHead{},
	}
	for _, h := range s.Heads {
		shown.Heads = append(shown.Heads, console.AuditHead{File: h.File, Last: h.Last, Failure: h.Failure})
	}
	if c := s.Verified; c != nil {
		shown.Verified = &console.AuditCheck{At: c.At, Seq: c.Seq, Faults: c.Faults}
	}
	return shown
}

// Records implements console.Audit.
func (v auditView) Records(q console.AuditQuery) ([]console.AuditRecord, error) {
	found, err := v.log.RecordsBefore(q.Before, q.Limit+1, audit.Filter{
		Who: q.Who, Act: q.Act, On: q.On, From: q.From, Result: audit.ParseResult(q.Result), Person: q.Person, Since: q.Since, Until: q.Until,
	})
	shown := make([]console.AuditRecord, 0, len(found))
	for i := range found {
		r := &found[i]
		one := console.AuditRecord{Seq: r.Seq, At: r.At, Of: r.Of, Result: r.Result.String(), Who: r.Who, Act: r.Act, From: r.From}
		var on, detail int
		one.On, on = audit.Unsealed(r.On)
		one.Detail, detail = audit.Unsealed(r.Detail)
		one.Sealed = on+detail > 0
		shown = append(shown, one)
	}
	return shown, err
}

// maxFaults is how many faults of a verification are shown one by one.
const maxFaults = 200

// Verify implements console.Audit.
func (v auditView) Verify() (console.AuditReport, error) {
	r, err := v.log.Verify()
	if errors.Is(err, audit.ErrBusy) {
		return console.AuditReport{}, fmt.Errorf("%w: %w", console.ErrRefused, err)
	}
	return console.AuditReport{
		Sound: err == nil && len(r.Faults) == 0, Chain: r.Chain.String(), First: r.First, Last: r.Last, Records: r.Records, Files: r.Files,
		Heads: r.Heads, Headed: r.Headed, Found: len(r.Faults), Faults: findingsOf(r.Faults), Notes: findingsOf(r.Notes),
	}, err
}

func findingsOf(found []audit.Finding) []console.AuditFinding {
	shown := make([]console.AuditFinding, 0, min(len(found), maxFaults))
	for _, f := range found[:min(len(found), maxFaults)] {
		shown = append(shown, console.AuditFinding{
			Kind: string(f.Kind), Seq: f.Seq, To: f.To, File: f.File, Offset: f.Offset, Line: f.Line, Text: f.Text,
		})
	}
	return shown
}
