package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Tolerance is how far the clock may go back from one record to the next before that is said.
const Tolerance = 5 * time.Second

// Kind is what Verify finds.
type Kind string

// What Verify finds.
const (
	Altered     Kind = "altered"      // a record, or the beginning of a file, is not what was written
	Removed     Kind = "removed"      // records are missing
	Inserted    Kind = "inserted"     // a record or bytes that were never written
	Reordered   Kind = "reordered"    // a record stands where it was not written
	Duplicated  Kind = "duplicated"   // a record stands there twice
	Truncated   Kind = "truncated"    // the last records are missing, of which there are heads
	Spliced     Kind = "spliced"      // a record, file or head of another chain
	ForgedHead  Kind = "forged head"  // a head whose signature does not hold
	ReplacedKey Kind = "replaced key" // a key that is not the one that signed before
	ClockBack   Kind = "clock"        // the time runs backwards
	NoHeads     Kind = "no heads"     // nothing shows that the end is the end
	Broken      Kind = "broken"       // a start of the node found the log changed, and said so in it
	Torn        Kind = "torn"         // half a record at the end, as a crash leaves it
)

// Finding is one thing that Verify found, and where.
type Finding struct {
	Kind   Kind
	Seq    uint64 // the first record it is about, 0 when it is about none
	To     uint64 // the last record it is about
	File   string // name of the file of records, or path of the file of heads
	Offset int64  // in a file of records, in bytes
	Line   int    // in a file of heads, from 1
	Text   string // in words
}

// String returns the finding as one line.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(string(f.Kind))
	switch {
	case f.Seq > 0 && f.To > f.Seq:
		fmt.Fprintf(&b, ": records %d to %d", f.Seq, f.To)
	case f.Seq > 0:
		fmt.Fprintf(&b, ": record %d", f.Seq)
	}
	switch {
	case f.Line > 0:
		fmt.Fprintf(&b, ", %s line %d", f.File, f.Line)
	case f.File != "":
		fmt.Fprintf(&b, ", %s byte %d", f.File, f.Offset)
	}
	return b.String() + ": " + f.Text
}

// Check says what to verify against.
type Check struct {
	Dir        string
	Heads      []string    // files of heads in the second place; each must exist
	Kept       [][]byte    // heads as Config.HeadsKept finds them; those of other chains are noted
	PublicKeys []PublicKey // kept apart from the node; empty trusts the first key in Heads, or else the folder's
}

// Report is what Verify found. The log is sound when there are no faults.
type Report struct {
	Chain   ChainID
	First   uint64
	Last    uint64
	Records int
	Files   int
	Heads   int    // that hold
	Headed  uint64 // the last record that a head vouches for
	Cut     uint64 // records up to this one were removed for their age; 0 for none
	Faults  []Finding
	Notes   []Finding // what is worth knowing, and no fault
}

// checker holds what one verification knows.
type checker struct {
	Check
	Report
	trusted []PublicKey
	headed  map[uint64]Hash // what the heads that hold say
	cuts    []headAt        // that hold
	cutAt   Hash            // the record of Report.Cut
	entries []entry         // in the order of the files, without those of other chains
	open    map[uint64]bool // acts whose result is not there
}

// Verify checks a log from its first record to its last head. The node may be running. The error is that something could
// not be read.
func Verify(c Check) (Report, error) {
	k := &checker{Check: c, headed: make(map[uint64]Hash), open: make(map[uint64]bool)}
	heads, err := k.readHeads()
	if err != nil {
		return k.Report, err
	}
	files, err := listFiles(c.Dir)
	if err != nil {
		return k.Report, err
	}
	if len(files) == 0 && len(heads) == 0 {
		return k.Report, fmt.Errorf("no audit log in %s: %w", c.Dir, fs.ErrNotExist)
	}
	k.trust(heads)
	k.choose(heads, len(files) == 0)
	if err := k.readFiles(files); err != nil {
		return k.Report, err
	}
	k.judgeHeads(heads)
	k.judgeCuts()
	kept := k.judgeOrder()
	k.judgeCut(kept)
	k.judgeGaps(kept)
	k.judgeLinks(kept)
	k.judgeHashes(heads)
	return k.Report, nil
}

func (k *checker) fault(f Finding) { k.Faults = append(k.Faults, f) }
func (k *checker) note(f Finding)  { k.Notes = append(k.Notes, f) }

// headAt is a head and where it stands.
type headAt struct {
	Head
	file   string
	line   int
	second bool // in the second place
	kept   bool // of Check.Kept
	bad    bool // it does not hold
}

func (h *headAt) finding(kind Kind, text string) Finding {
	return Finding{Kind: kind, Seq: h.Seq, To: h.Seq, File: h.file, Line: h.line, Text: text}
}

// readHeads reads the heads of the second place, then those of the folder.
func (k *checker) readHeads() (heads []headAt, err error) {
	for i, path := range append(append([]string(nil), k.Check.Heads...), filepath.Join(k.Dir, localHeads)) {
		second := i < len(k.Check.Heads)
		err := readHeads(path, func(line int, h Head, err error) {
			at := headAt{Head: h, file: path, line: line, second: second}
			switch {
			case errors.Is(err, errTorn):
				k.note(at.finding(Torn, "the line is not whole, as a crash leaves it"))
			case err != nil:
				k.fault(at.finding(ForgedHead, err.Error()))
			default:
				heads = append(heads, at)
			}
		})
		if err != nil && (second || !errors.Is(err, fs.ErrNotExist)) {
			return nil, err
		}
	}
	for i, line := range k.Kept {
		h, err := parseHead(line)
		at := headAt{Head: h, file: keptHeads, line: i + 1, second: true, kept: true}
		if err != nil {
			k.fault(at.finding(ForgedHead, err.Error()))
			continue
		}
		heads = append(heads, at)
	}
	return heads, nil
}

// keptHeads is what the place of Check.Kept is called.
const keptHeads = "the store"

// trust finds out which keys may have signed.
func (k *checker) trust(heads []headAt) {
	own, err := ReadPublicKey(filepath.Join(k.Dir, publicKeyFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.fault(Finding{Kind: ReplacedKey, Text: err.Error()})
	}
	k.trusted = k.PublicKeys
	for i := 0; len(k.trusted) == 0 && i < len(heads); i++ {
		if heads[i].second && !heads[i].kept && heads[i].Valid() {
			k.trusted = []PublicKey{heads[i].Key}
		}
	}
	switch {
	case len(k.trusted) > 0 && err == nil && !k.trusts(own):
		k.fault(Finding{Kind: ReplacedKey, Text: fmt.Sprintf("the folder's key %s is not the one that signed before, %s",
			own.Fingerprint(), k.trusted[0].Fingerprint())})
	case len(k.trusted) == 0 && err == nil:
		k.trusted = []PublicKey{own}
	case len(k.trusted) == 0 && len(heads) > 0:
		k.trusted = []PublicKey{heads[0].Key}
	}
}

func (k *checker) trusts(key PublicKey) bool { return slices.ContainsFunc(k.trusted, key.same) }

// choose finds out which chain the log should be, from its heads; without any it is what the first file says. A store may have
// kept heads of another folder's log, so they say it only where there is no file.
func (k *checker) choose(heads []headAt, nothing bool) {
	for i := range heads {
		if h := &heads[i]; (nothing || !h.kept) && k.trusts(h.Key) && h.Valid() {
			k.Chain = h.Chain
			return
		}
	}
}

// judgeHeads finds out which heads hold.
func (k *checker) judgeHeads(heads []headAt) {
	second := false
	for i := range heads {
		h := &heads[i]
		switch {
		case h.kept && h.Chain != k.Chain:
			k.note(h.finding(NoHeads, "a head of chain "+h.Chain.String()+", whose log is not this one"))
		case !k.trusts(h.Key):
			k.fault(h.finding(ReplacedKey, "signed with key "+h.Key.Fingerprint()+", which is not known"))
		case !h.Valid():
			k.fault(h.finding(ForgedHead, "the signature does not hold"))
		case h.Chain != k.Chain:
			k.fault(h.finding(Spliced, "the head is of chain "+h.Chain.String()))
		case h.Cut:
			k.cuts = append(k.cuts, *h)
			h.bad = true // as a head
			continue
		default:
			k.headed[h.Seq] = h.Record
			k.Headed = max(k.Headed, h.Seq)
			k.Report.Heads++
			second = second || h.second
			continue
		}
		h.bad = true
	}
	switch {
	case len(k.headed) == 0:
		k.fault(Finding{Kind: NoHeads, Text: "no head holds, so nothing shows that the end is the end"})
	case !second:
		k.note(Finding{Kind: NoHeads, Text: "the heads are the folder's own; with those of a second place (--heads) a cut end would be seen for certain"})
	}
}
