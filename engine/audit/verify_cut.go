package audit

import (
	"fmt"
	"time"
)

// judgeCuts finds out up to which record the log was cut by the node itself. A cut counts when its signature holds, a second
// place has it where there is one, and a record of the log, of which there are heads, says the same.
func (k *checker) judgeCuts() {
	said := make(map[string]bool)
	for i := range k.entries {
		if e := &k.entries[i]; e.intact && e.act == actCut {
			said[e.detail] = true
		}
	}
	latest := uint64(0) // of those that stand in a second place
	for _, h := range k.cuts {
		if h.second {
			latest = max(latest, h.Seq)
		}
	}
	for i := range k.cuts {
		h := &k.cuts[i]
		newest := h.Seq > k.Cut
		switch {
		case len(k.Check.Heads) > 0 && h.Seq > latest:
			k.fault(h.finding(ForgedHead, "a cut that no second place has"))
		case !newest: // one of before, which the log may not tell of any more
		case !said[cutText(h.Seq, h.Record)] && k.later(h.Seq): // a later one counts
		case !said[cutText(h.Seq, h.Record)]:
			k.fault(h.finding(ForgedHead, "a cut of which no record of the log tells"))
		default:
			if is, ok := k.headed[h.Seq]; ok && is != h.Record {
				k.fault(h.finding(ForgedHead, fmt.Sprintf("a cut that names another record %d than there is a head of", h.Seq)))
				continue
			}
			k.Cut, k.cutAt = h.Seq, h.Record
			k.note(Finding{
				Kind: Kind(actCut), Seq: 1, To: h.Seq, File: h.file, Line: h.line,
				Text: "removed by the node for their age on " + time.UnixMilli(h.At).UTC().Format(time.DateOnly),
			})
		}
	}
}

// later tells whether there is a cut of more records.
func (k *checker) later(seq uint64) bool {
	for i := range k.cuts {
		if k.cuts[i].Seq > seq {
			return true
		}
	}
	return false
}

// judgeCut holds what is left against the cut.
func (k *checker) judgeCut(kept []int) {
	if k.Cut == 0 {
		return
	}
	for _, i := range kept {
		e := &k.entries[i]
		if e.seq == k.Cut && e.hash != k.cutAt || e.seq == k.Cut+1 && e.prev != k.cutAt && e.act != actBreak {
			k.fault(e.finding(Altered, fmt.Sprintf("it is not what the cut after record %d says", k.Cut)))
		}
	}
}
