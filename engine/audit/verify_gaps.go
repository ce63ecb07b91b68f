package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// judgeGaps finds what is missing, and says which records the bytes that are none were.
func (k *checker) judgeGaps(kept []int) {
	there := make(map[uint64]bool, len(kept))
	for _, i := range kept {
		there[k.entries[i].seq] = true
	}
	run := k.rising(kept)
	next := uint64(1) // the number that should come
	if len(run) > 0 { // what a cut names need not be there
		next = max(1, min(k.Cut+1, k.entries[run[0]].seq))
	}
	from := 0
	for _, i := range append(run, len(k.entries)) {
		var damaged []*entry
		for ; from < i; from++ {
			if e := &k.entries[from]; !e.intact {
				damaged = append(damaged, e)
			}
		}
		from++
		if i == len(k.entries) {
			k.Last = k.judgeEnd(damaged, next)
			break
		}
		e := &k.entries[i]
		var missing []uint64
		for s := next; s < e.seq; s++ {
			if s-next > maxMissing {
				missing = append(missing, e.seq-1) // the middle is not looked for
				break
			}
			if !there[s] {
				missing = append(missing, s)
			}
		}
		missing = k.judgeDamaged(damaged, missing)
		k.judgeMissing(missing, e)
		next = e.seq + 1
	}
	if len(run) > 0 {
		k.First = k.entries[run[0]].seq
	}
}

// maxMissing is how many missing records in one place are looked for elsewhere.
const maxMissing = 1 << 20

// judgeDamaged says which of the missing records damaged bytes were, and returns those that nothing is left of.
func (k *checker) judgeDamaged(damaged []*entry, missing []uint64) []uint64 {
	for i, e := range damaged {
		switch {
		case len(missing) == 0:
			k.fault(e.finding(Inserted, "these bytes are no record, and none is missing here"))
		case e.hash == (Hash{}) && i == len(damaged)-1:
			e.seq = missing[0]
			f := e.finding(Altered, "the bytes are no record any more")
			f.To, missing = missing[len(missing)-1], nil
			k.fault(f)
		default:
			e.seq, missing = missing[0], missing[1:]
			k.fault(e.finding(Altered, "the record is not what its hash says"))
		}
	}
	return missing
}

// judgeMissing says that records are missing before another.
func (k *checker) judgeMissing(missing []uint64, before *entry) {
	for len(missing) > 0 {
		n := 1
		for n < len(missing) && missing[n] == missing[n-1]+1 {
			n++
		}
		f := before.finding(Removed, fmt.Sprintf("missing before record %d", before.seq))
		f.Seq, f.To = missing[0], missing[n-1]
		if before.act == actBreak {
			f.Kind = Truncated
		}
		k.fault(f)
		missing = missing[n:]
	}
}

// judgeEnd judges what stands after the last record, and whether that is the end. It returns the last number there is.
func (k *checker) judgeEnd(damaged []*entry, next uint64) (last uint64) {
	for _, e := range damaged {
		e.seq = next
		if e.torn && next > k.Headed {
			k.note(e.finding(Torn, "half a record, in no head: a write that a crash cut short, or one under way; the next start cuts it off and says so"))
			continue
		}
		k.fault(e.finding(Altered, "the record is not what its hash says"))
		next++
	}
	if next <= k.Headed {
		f := Finding{Kind: Truncated, Seq: next, To: k.Headed, Text: fmt.Sprintf("the log ends here, and there is a head of record %d", k.Headed)}
		if n := len(k.entries); n > 0 {
			f.File, f.Offset = k.entries[n-1].file, k.entries[n-1].offset
		}
		k.fault(f)
	}
	return next - 1
}

// judgeLinks follows the chain from record to record.
func (k *checker) judgeLinks(kept []int) {
	slices.SortFunc(kept, func(a, b int) int { return cmp.Compare(k.entries[a].seq, k.entries[b].seq) })
	var before *entry
	for _, i := range kept {
		e := &k.entries[i]
		k.judgeOwn(e)
		switch {
		case e.act == actBreak: // it follows what was there then
		case before == nil && e.seq == 1 && e.prev != (Hash{}):
			k.fault(e.finding(Altered, "the first record follows another"))
		case before != nil && before.seq+1 == e.seq && e.prev != before.hash:
			if h, ok := k.headed[before.seq]; ok && h == before.hash {
				k.fault(e.finding(Altered, fmt.Sprintf("the record does not follow record %d, of which there is a head", before.seq)))
			} else {
				k.fault(before.finding(Altered, fmt.Sprintf("record %d follows another record of this number", e.seq)))
			}
		}
		if before != nil {
			k.judgeClock(before, e)
		}
		before = e
	}
	for _, seq := range slices.Sorted(maps.Keys(k.open)) {
		k.note(Finding{Kind: "open", Seq: seq, To: seq, Text: "the act has no result yet"})
	}
}

func (k *checker) judgeClock(before, e *entry) {
	back := time.Duration(before.at-e.at) * time.Millisecond
	switch {
	case back <= Tolerance:
	case e.act == actClock:
		k.note(e.finding(ClockBack, "the clock of the node went back by "+back.String()+", which the log says"))
	default:
		k.fault(e.finding(ClockBack, fmt.Sprintf("the time is %v before that of record %d", back, before.seq)))
	}
}

// judgeOwn judges what the log says of itself.
func (k *checker) judgeOwn(e *entry) {
	switch e.act {
	case actBegin:
		if !slices.ContainsFunc(k.trusted, func(t PublicKey) bool { return e.detail == "key "+t.Fingerprint() }) {
			k.fault(e.finding(ReplacedKey, "the log was begun with "+e.detail))
		}
	case actBreak:
		k.fault(e.finding(Broken, "found by the node at a start: "+e.detail))
	case actTorn, actKey, actResumed:
		k.note(e.finding(Kind(e.act), e.detail))
	}
}

// judgeHashes holds the records against the heads: a log that was written anew from somewhere on is whole by itself.
func (k *checker) judgeHashes(heads []headAt) {
	is := make(map[uint64]*entry)
	for i := range k.entries {
		e := &k.entries[i]
		if h, ok := k.headed[e.seq]; ok && (is[e.seq] == nil || e.hash == h) {
			is[e.seq] = e
		}
	}
	sorted := slices.Clone(heads)
	slices.SortStableFunc(sorted, func(a, b headAt) int { return cmp.Compare(a.Seq, b.Seq) })
	good, said := uint64(0), uint64(0)
	for i := range sorted {
		h := &sorted[i]
		e := is[h.Seq]
		switch {
		case h.bad || e == nil || !e.intact || h.Seq == said:
		case e.hash == h.Record:
			good = h.Seq
		default:
			f := e.finding(Altered, fmt.Sprintf("not the record of which there is a head, %s line %d; it was written anew, from somewhere after record %d on", h.file, h.line, good))
			f.Seq, said = good+1, h.Seq
			k.fault(f)
		}
	}
}
