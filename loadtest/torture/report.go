package torture

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"liveroom/loadtest/journal"
	"liveroom/loadtest/report"
)

// Report is what became of a torture.
type Report struct {
	Cycles  int
	Kills   int // of the server
	Starts  int // that were killed before the server was ready
	Outages int // of the database's server

	Journal  journal.Tally
	Refused  int64 // said again after
	Fatal    map[string]int64
	Repeated int // events said once more in the end, whose outcome came again as it was

	Pieces   int64 // on hand
	Held     int64 // told held and not locked
	Locked   int64 // told locked
	Untold   int64 // told so without having asked
	Ledger   report.Ledger
	Unbacked []string // pieces that buyers were told of and the ledger has otherwise

	Faults   []string // of the server, other than the above
	Examples []string
}

// Fill adds what the book knows.
func (b *Book) Fill(r *Report) {
	for _, p := range b.Pieces() {
		if p.Locked {
			r.Locked++
		} else {
			r.Held++
		}
	}
	r.Journal = b.journal.Tally()
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Refused, r.Fatal, r.Untold = b.refused, maps.Clone(b.fatal), b.untold
	r.Examples = append(r.Examples, b.examples...)
}

// Verdict returns every promise that was broken, nil when none was.
func (r *Report) Verdict() error {
	var broken []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			broken = append(broken, fmt.Errorf(format, args...))
		}
	}
	j := r.Journal
	check(j.Missing == 0, "%d messages without an outcome, %d of them acknowledged: %v", j.Missing, j.AckedMissing, j.Examples)
	check(j.Conflicts == 0, "%d messages with two different outcomes", j.Conflicts)
	check(j.Strangers == 0, "%d outcomes of messages never sent", j.Strangers)
	check(j.Elsewhere == 0, "%d private replies on another link", j.Elsewhere)
	check(len(r.Fatal) == 0, "valid messages refused as faulty: %v", r.Fatal)
	check(r.Untold == 0, "%d pieces given to whom none was due", r.Untold)
	check(len(r.Unbacked) == 0, "pieces that buyers were told of and the ledger has otherwise: %v", r.Unbacked)
	l := r.Ledger
	check(l.OnHand == r.Pieces, "%d pieces on hand, %d were set", l.OnHand, r.Pieces)
	check(l.Open+l.Confirmed+l.Ordered+l.Offerable == l.OnHand, "%d open + %d confirmed + %d ordered + %d offerable are not %d",
		l.Open, l.Confirmed, l.Ordered, l.Offerable, l.OnHand)
	check(l.Open == r.Held, "%d pieces held in the ledger, %d by the buyers' memory", l.Open, r.Held)
	check(l.Confirmed+l.Ordered == r.Locked, "%d pieces locked in the ledger, %d by the buyers' memory", l.Confirmed+l.Ordered, r.Locked)
	for _, f := range r.Faults {
		check(false, "%s", f)
	}
	return errors.Join(broken...)
}

// Text prints the report.
func (r *Report) Text(w io.Writer) error {
	row := func(name, format string, args ...any) {
		_, _ = fmt.Fprintf(w, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("cycles", "%d: the server killed %d times, %d of them before it was ready; its database's server %d times", r.Cycles, r.Kills, r.Starts, r.Outages)
	j := r.Journal
	row("messages", "%d said, %d acknowledged, %d ended; %d said again after a refusal; %d frames came again as they were, %d of them asked for in the end",
		j.Answerable, j.Acked, j.Closed, r.Refused, j.Repeats, r.Repeated)
	row("", "%d without an outcome, %d with two, %d foreign, %d elsewhere", j.Missing, j.Conflicts, j.Strangers, j.Elsewhere)
	l := r.Ledger
	row("pieces", "%d held and %d locked by the buyers' memory; %d open, %d confirmed, %d ordered, %d offerable of %d in the ledger",
		r.Held, r.Locked, l.Open, l.Confirmed, l.Ordered, l.Offerable, l.OnHand)
	for _, e := range slices.Concat(r.Examples, r.Faults) {
		row("example", "%s", e)
	}
	err := r.Verdict()
	if err == nil {
		_, werr := fmt.Fprintln(w, "nothing was lost, nothing came twice")
		return werr
	}
	_, werr := fmt.Fprintf(w, "BROKEN\n%v\n", err)
	return werr
}
