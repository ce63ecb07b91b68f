package audit

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// tail is the end of a log as it is found at a start.
type tail struct {
	files  int    // that there are
	name   string // the file to go on in, "" for none
	chain  ChainID
	seq    uint64 // of the last record
	prev   Hash
	at     int64
	size   int    // of that file, without what was torn
	torn   []byte // what a crash has left at its end
	broken string // what else is wrong, "" for nothing
	past   uint64 // when broken: no number up to here is free
	open   []Record
	hashes map[uint64]Hash // of the records in that file
}

// readTail reads the last file of a log, and of the one before it the acts whose result is not there.
func readTail(dir string) (t tail, err error) {
	files, err := listFiles(dir)
	if err != nil {
		return t, err
	}
	t.hashes = make(map[uint64]Hash)
	open := make(map[uint64]Record)
	t.files = len(files)
	for i := max(0, len(files)-2); i < len(files); i++ {
		path := filepath.Join(dir, files[i].name)
		content, err := os.ReadFile(path)
		if err != nil {
			return t, fmt.Errorf("read audit log: %w", err)
		}
		if i == len(files)-1 && len(content) < headerBytes {
			// A crash came right after it was made. Its name is wanted again.
			if err := os.Remove(path); err != nil {
				return t, fmt.Errorf("remove an empty audit file: %w", err)
			}
			t.files--
			break
		}
		t.broken, t.torn = "", nil // of the file before: a start has said it, and Verify says it
		clear(t.hashes)
		t.read(files[i], content, open)
	}
	t.open = slices.SortedFunc(maps.Values(open), func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return t, nil
}

// read goes through one file. Acts that have no result by its end are left in open.
func (t *tail) read(f logFile, content []byte, open map[uint64]Record) {
	h, ok := parseHeader(content)
	if !ok {
		t.breaks(f, 0, "its beginning is not that of an audit file")
		t.past = max(t.past, t.seq)
		return
	}
	t.seq, t.prev = h.first-1, h.prev // after something was missing not what the file before ends with; its first record says so
	t.name, t.chain, t.size = f.name, h.chain, len(content)
	if h.first != f.first {
		t.breaks(f, 0, fmt.Sprintf("it begins with record %d", h.first))
	}
	for _, p := range scan(content, headerBytes) {
		switch {
		case p.torn && t.broken == "":
			t.torn, t.size = content[p.offset:], p.offset
			continue
		case !p.intact:
			t.breaks(f, p.offset, "no whole record")
			t.seq++
		default:
			r := p.record
			if r.Chain != h.chain || r.Seq != t.seq+1 || r.Prev != t.prev {
				t.breaks(f, p.offset, fmt.Sprintf("record %d does not follow the one before", r.Seq))
			}
			t.seq, t.prev, t.at = r.Seq, p.hash, r.At
			t.hashes[r.Seq] = p.hash
			if r.Result == Intended {
				open[r.Seq] = *r
			}
			delete(open, r.Of)
		}
		t.past = max(t.past, t.seq)
	}
}

// breaks notes the first thing that is wrong.
func (t *tail) breaks(f logFile, offset int, what string) {
	if t.broken == "" {
		t.broken = fmt.Sprintf("%s, byte %d: %s", f.name, offset, what)
	}
}
