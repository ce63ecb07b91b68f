package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// entry is one piece of the log, without its texts.
type entry struct {
	file   string
	offset int64
	seq    uint64 // 0 when the bytes are no record
	at     int64
	hash   Hash // as stored; zero when the bytes are no record
	prev   Hash
	act    string // of the log itself, else ""
	detail string // likewise
	intact bool
	torn   bool
}

func (e *entry) finding(kind Kind, text string) Finding {
	return Finding{Kind: kind, Seq: e.seq, To: e.seq, File: e.file, Offset: e.offset, Text: text}
}

// readFiles reads every record there is, leaving out those of other chains.
func (k *checker) readFiles(files []logFile) error {
	for i, f := range files {
		content, err := os.ReadFile(filepath.Join(k.Dir, f.name))
		if err != nil {
			return fmt.Errorf("read audit log: %w", err)
		}
		last := i == len(files)-1
		h, ok := parseHeader(content)
		switch {
		case !ok && last && i > 0 && len(content) < headerBytes:
			k.note(Finding{Kind: Torn, File: f.name, Text: "the file was just made; the next start takes it away"})
			continue
		case !ok:
			k.fault(Finding{Kind: Altered, File: f.name, Text: "the beginning is not that of an audit file"})
			h.chain = k.Chain
		case k.Chain == (ChainID{}):
			k.Chain = h.chain
		case h.chain != k.Chain:
			k.fault(Finding{Kind: Spliced, Seq: h.first, To: h.first, File: f.name, Text: "the file is of chain " + h.chain.String()})
		}
		if ok && h.first != f.first {
			k.fault(Finding{Kind: Altered, File: f.name, Text: fmt.Sprintf("the file says that it begins with record %d", h.first)})
		}
		k.Files++
		k.readFile(f.name, content, h, last)
	}
	return nil
}

// readFile reads the records of one file.
func (k *checker) readFile(name string, content []byte, h header, last bool) {
	for _, p := range scan(content, min(headerBytes, len(content))) {
		e := entry{file: name, offset: int64(p.offset), hash: p.hash, intact: p.intact, torn: p.torn && last}
		if !p.intact {
			k.entries = append(k.entries, e)
			continue
		}
		r := p.record
		e.seq, e.at, e.prev = r.Seq, r.At, r.Prev
		switch {
		case r.Chain != k.Chain && h.chain != k.Chain: // the whole file is, and that is said
			continue
		case r.Chain != k.Chain:
			k.splice(e.finding(Spliced, "of chain "+r.Chain.String()))
			continue
		case r.Seq == h.first && r.Prev != h.prev && h.chain == k.Chain:
			k.fault(Finding{Kind: Altered, File: name, Text: "the file says that it goes on after another record than its first one does"})
		}
		if r.Who == Self {
			e.act, e.detail = r.Act, r.Detail
		}
		if r.Result == Intended {
			k.open[r.Seq] = true
		}
		delete(k.open, r.Of)
		k.Records++
		k.entries = append(k.entries, e)
	}
}

// splice says that a record is of another chain, once for records that follow one another.
func (k *checker) splice(f Finding) {
	if n := len(k.Faults); n > 0 {
		if p := &k.Faults[n-1]; p.Kind == Spliced && p.File == f.File && p.Line == 0 && p.Text == f.Text && p.To+1 == f.Seq {
			p.To = f.Seq
			return
		}
	}
	k.fault(f)
}

// judgeOrder finds records that are there twice, that were put in, and that stand elsewhere than they were written. It
// returns the places, in the order of the files, of those that stand where they should.
func (k *checker) judgeOrder() (kept []int) {
	places := make(map[uint64][]int)
	for i := range k.entries {
		if e := &k.entries[i]; e.intact {
			places[e.seq] = append(places[e.seq], i)
		}
	}
	for i := range k.entries {
		e := &k.entries[i]
		if !e.intact {
			continue
		}
		if same := places[e.seq]; len(same) > 1 {
			own := k.own(same, places)
			if own != i && k.entries[own].hash == e.hash {
				k.fault(e.finding(Duplicated, fmt.Sprintf("the record stands at byte %d of %s too", k.entries[own].offset, k.entries[own].file)))
				continue
			}
			if own != i {
				k.fault(e.finding(Inserted, fmt.Sprintf("the record of this number is another one, at byte %d of %s", k.entries[own].offset, k.entries[own].file)))
				continue
			}
		}
		kept = append(kept, i)
	}
	inOrder := k.rising(kept)
	for _, i := range kept {
		if _, ok := slices.BinarySearch(inOrder, i); !ok {
			k.fault(k.entries[i].finding(Reordered, "the record does not stand where it was written"))
		}
	}
	return kept
}

// own returns which of several records of one number is the one that was written: of which there is a head, that others
// follow, that follows another, that stands after it.
func (k *checker) own(same []int, places map[uint64][]int) (best int) {
	most := -1
	for _, i := range same {
		e, score := &k.entries[i], 0
		if h, ok := k.headed[e.seq]; ok && h == e.hash {
			score += 8
		}
		if slices.ContainsFunc(places[e.seq+1], func(n int) bool { return k.entries[n].prev == e.hash }) {
			score += 4
		}
		if slices.ContainsFunc(places[e.seq-1], func(n int) bool { return k.entries[n].hash == e.prev }) {
			score += 2
		}
		if i > 0 && k.entries[i-1].seq+1 == e.seq {
			score++
		}
		if score > most {
			best, most = i, score
		}
	}
	return best
}

// rising returns the longest run of places whose numbers rise, so that as few records as can be are out of order.
func (k *checker) rising(places []int) []int {
	var ends []int // ends[n] is where, in places, the run of n+1 with the least last number ends
	before := make([]int, len(places))
	for i, p := range places {
		seq := k.entries[p].seq
		n, _ := slices.BinarySearchFunc(ends, seq, func(end int, seq uint64) int {
			if k.entries[places[end]].seq < seq {
				return -1
			}
			return 1
		})
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		}
		ends[n] = i
	}
	if len(ends) == 0 {
		return nil
	}
	run := make([]int, len(ends))
	for i, at := len(ends)-1, ends[len(ends)-1]; i >= 0; i, at = i-1, before[at] {
		run[i] = places[at]
	}
	return run
}
