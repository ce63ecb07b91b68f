package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// The acts of the audit log's routes.
const (
	AuditRead   = "audit.read"
	auditReveal = "person.reveal"
)

// Audit tells of the audit log.
type Audit interface {
	// Status returns how the log stands.
	Status() AuditStatus
	// Records returns the records that a query picks, the latest first, and one more than its limit when there are more.
	Records(q AuditQuery) ([]AuditRecord, error)
	// Verify checks the log from its first record on. It wraps ErrRefused when that is done already.
	Verify() (AuditReport, error)
	// Reveal returns whom a record tells of. It wraps ErrUnknown.
	Reveal(ctx context.Context, seq uint64) ([]AuditPerson, error)
}

// AuditQuery says which records are wanted. What is empty picks all.
type AuditQuery struct {
	Who    string `query:"who" maxLength:"128" doc:"who did it, exactly"`
	Act    string `query:"act" maxLength:"64" doc:"what was done; the beginning of several acts when it ends with a dot"`
	On     string `query:"on" maxLength:"256" doc:"a part of what it was done to"`
	From   string `query:"from" maxLength:"64" doc:"the address it was done from, exactly"`
	Result string `query:"result" enum:"intended,done,failed,unknown,noted"`
	Person string `query:"person" maxLength:"128" doc:"a user it was done to; he is looked for by his pseudonym"`
	Since  int64  `query:"since" minimum:"0" doc:"Unix milliseconds, inclusive"`
	Until  int64  `query:"until" minimum:"0" doc:"Unix milliseconds, exclusive; 0 for now"`
	Before uint64 `query:"before" doc:"only records before this one; 0 for the latest"`
	Limit  int    `query:"limit" minimum:"0" maximum:"200" doc:"records wanted; 0 for 50"`
}

// AuditRecord is one record of the log.
type AuditRecord struct {
	Seq    uint64 `json:"seq"`
	At     int64  `json:"at"`
	Of     uint64 `json:"of,omitempty" doc:"of a result: the record of the intention"`
	Result string `json:"result" enum:"intended,done,failed,unknown,noted"`
	Who    string `json:"who"`
	Act    string `json:"act"`
	On     string `json:"on,omitempty" doc:"people stand as pseudonyms, a tilde and hexadecimal digits"`
	From   string `json:"from,omitempty"`
	Detail string `json:"detail,omitempty"`
	Sealed bool   `json:"sealed,omitempty" doc:"whom it tells of is sealed in it, and can be revealed"`
}

// AuditStatus is how the log stands.
type AuditStatus struct {
	Chain    string      `json:"chain"`
	Key      string      `json:"key" doc:"fingerprint of the key that signs heads"`
	Last     uint64      `json:"last" doc:"the last record"`
	Failure  string      `json:"failure,omitempty" doc:"why acts are refused now"`
	Refused  uint64      `json:"refused" doc:"acts refused since the start"`
	Waiting  int         `json:"waiting" doc:"noted and not written yet"`
	Held     int         `json:"held,omitempty" doc:"of them, those that wait until keys of people can be stored"`
	Keyless  string      `json:"keyless,omitempty" doc:"why keys of people cannot be stored now"`
	Unkept   uint64      `json:"unkept,omitempty" doc:"records written since the start without whom they tell of, because a key could not be stored"`
	Heads    []AuditHead `json:"heads"`
	Verified *AuditCheck `json:"verified,omitempty" doc:"the last verification since the start"`
}

// AuditHead is one file of signed heads, in the second place.
type AuditHead struct {
	File    string `json:"file"`
	Last    uint64 `json:"last" doc:"the record that its last head vouches for"`
	Failure string `json:"failure,omitempty"`
}

// AuditCheck is what a verification came to.
type AuditCheck struct {
	At     int64  `json:"at"`
	Seq    uint64 `json:"seq" doc:"the last record there was while the log was found sound"`
	Faults int    `json:"faults"`
}

// AuditPage is a part of the log.
type AuditPage struct {
	Status  AuditStatus   `json:"status"`
	Records []AuditRecord `json:"records" doc:"the latest first"`
	Next    uint64        `json:"next,omitempty" doc:"before of the next page; left out on the last"`
}

// AuditFinding is one thing that a verification found, and where.
type AuditFinding struct {
	Kind   string `json:"kind"`
	Seq    uint64 `json:"seq,omitempty" doc:"the first record it is about"`
	To     uint64 `json:"to,omitempty" doc:"the last record it is about"`
	File   string `json:"file,omitempty"`
	Offset int64  `json:"offset,omitempty" doc:"in a file of records, in bytes"`
	Line   int    `json:"line,omitempty" doc:"in a file of heads"`
	Text   string `json:"text"`
}

// AuditReport is a verification. The log is sound when there are no faults.
type AuditReport struct {
	Sound   bool           `json:"sound"`
	Chain   string         `json:"chain"`
	First   uint64         `json:"first"`
	Last    uint64         `json:"last"`
	Records int            `json:"records"`
	Files   int            `json:"files"`
	Heads   int            `json:"heads" doc:"heads that hold"`
	Headed  uint64         `json:"headed" doc:"the last record that a head vouches for"`
	Found   int            `json:"found" doc:"how many faults there are"`
	Faults  []AuditFinding `json:"faults" doc:"the first 200"`
	Notes   []AuditFinding `json:"notes" doc:"what is worth knowing, and no fault"`
	At      int64          `json:"at"`
	TookMs  int64          `json:"took_ms"`
}

// AuditReveal asks whom a record tells of.
type AuditReveal struct {
	Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"why; it stands in the audit log"`
}

// AuditPerson is somebody that a record tells of.
type AuditPerson struct {
	Pseudonym string `json:"pseudonym"`
	Value     string `json:"value,omitempty"`
	Failure   string `json:"failure,omitempty"`
}

// AuditPeople are those that a record tells of.
type AuditPeople struct {
	People []AuditPerson `json:"people" doc:"those whose values are sealed in the record"`
}

// auditRoutes are the routes of the audit log.
func (c *Console) auditRoutes(api huma.API) {
	operation(c, api, AuditRead, http.MethodGet, "/v1/audit", "Records of the audit log, the latest first", func(_ context.Context, q *AuditQuery) (AuditPage, error) {
		return c.auditPage(*q)
	})
	type none struct{}
	operation(c, api, AuditRead, http.MethodPost, "/v1/audit/verify", "Check the audit log from its first record to its last head", func(context.Context, *none) (AuditReport, error) {
		begin := time.Now()
		report, err := c.from.Audit.Verify()
		report.At, report.TookMs = begin.UnixMilli(), time.Since(begin).Milliseconds()
		return report, err
	})
	operation(c, api, auditReveal, http.MethodPost, "/v1/audit/records/{seq}/reveal", "Whom a record of the audit log tells of", func(ctx context.Context, in *struct {
		Seq  uint64 `path:"seq" minimum:"1"`
		Body AuditReveal
	},
	) (AuditPeople, error) {
		if !c.from.Access.May(ctx, AuditRead, "") {
			return AuditPeople{}, fmt.Errorf("%w: it needs %s too", ErrForbidden, AuditRead)
		}
		all, err := c.from.Audit.Reveal(ctx, in.Seq)
		return AuditPeople{all}, err
	})
}

func (c *Console) auditPage(q AuditQuery) (AuditPage, error) {
	if q.Until != 0 && q.Until <= q.Since {
		return AuditPage{}, inputError("until: %d is not after since, %d", q.Until, q.Since)
	}
	if q.Limit <= 0 {
		q.Limit = defaultRows
	}
	q.Limit = min(q.Limit, maxRows)
	page := AuditPage{Status: c.from.Audit.Status(), Records: []AuditRecord{}}
	all, err := c.from.Audit.Records(q)
	if err != nil {
		return page, fmt.Errorf("read the audit log: %w", err)
	}
	if len(all) > q.Limit {
		all = all[:q.Limit]
		page.Next = all[q.Limit-1].Seq
	}
	page.Records = append(page.Records, all...)
	return page, nil
}
