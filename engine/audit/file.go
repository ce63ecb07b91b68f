package audit

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/emmansun/gmsm/sm3"
)

// fileMagic begins every file of the log.
const fileMagic = "LRAUDIT1"

// headerBytes is what stands in a file before its first record.
const headerBytes = len(fileMagic) + 16 + 8 + sm3.Size

// frameBytes is what a record takes besides its body.
const frameBytes = 4 + sm3.Size

// header begins a file.
type header struct {
	chain ChainID
	first uint64 // the number of the first record
	prev  Hash   // of the record before it
}

func (h header) append(dst []byte) []byte {
	dst = append(append(dst, fileMagic...), h.chain[:]...)
	dst = binary.BigEndian.AppendUint64(dst, h.first)
	return append(dst, h.prev[:]...)
}

// parseHeader returns the header of a file, false when there is none.
func parseHeader(content []byte) (h header, ok bool) {
	if len(content) < headerBytes || !bytes.HasPrefix(content, []byte(fileMagic)) {
		return h, false
	}
	rest := content[len(fileMagic):]
	rest = rest[copy(h.chain[:], rest):]
	h.first = binary.BigEndian.Uint64(rest)
	copy(h.prev[:], rest[8:])
	return h, true
}

// appendFrame appends a record as it stands in a file, and returns its hash.
func appendFrame(dst []byte, r *Record) ([]byte, Hash) {
	start := len(dst)
	dst = r.appendBody(append(dst, 0, 0, 0, 0))
	body := dst[start+4:]
	binary.BigEndian.PutUint32(dst[start:], uint32(len(body)))
	h := hashOf(body)
	return append(dst, h[:]...), h
}

// piece is a stretch of a file: a record, a record whose bytes were changed, or bytes that are no record.
type piece struct {
	offset int
	size   int
	record *Record // nil when the bytes are none
	hash   Hash    // as stored; zero when the bytes are no record
	intact bool    // the record is what its hash says
	torn   bool    // the last piece of a file, as a crash leaves it
}

// scan cuts the records of a file apart. After bytes that are no record it goes on with the next record there is.
func scan(content []byte, offset int) (pieces []piece) {
	for offset < len(content) {
		p := parseFrame(content, offset)
		if p.size == 0 { // no record begins here
			p = noRecord(content, offset)
		}
		pieces = append(pieces, p)
		offset += p.size
	}
	return pieces
}

// parseFrame reads the record at an offset; its size is 0 when its length cannot be one.
func parseFrame(content []byte, offset int) piece {
	p := piece{offset: offset}
	rest := content[offset:]
	if len(rest) < 4 {
		return p
	}
	n := int(binary.BigEndian.Uint32(rest))
	if n < bodyFixed || n > maxBody || len(rest) < n+frameBytes {
		return p
	}
	body := rest[4 : 4+n]
	p.size = n + frameBytes
	copy(p.hash[:], rest[4+n:])
	r, err := decodeBody(body)
	if err == nil {
		p.record = &r
	}
	p.intact = err == nil && hashOf(body) == p.hash
	if !p.intact && p.size == len(rest) && unwritten(rest) {
		return piece{offset: offset, size: len(rest), torn: true}
	}
	if !p.intact && p.size < len(rest) {
		// When what follows is no record, the length may be what was changed.
		if next := parseFrame(content, offset+p.size); !next.intact {
			if at := findFrame(content, offset+1); at > 0 && at < offset+p.size {
				return piece{offset: offset, size: at - offset}
			}
		}
	}
	return p
}

// noRecord returns the bytes up to the next record, or to the end.
func noRecord(content []byte, offset int) piece {
	if next := findFrame(content, offset+1); next > 0 {
		return piece{offset: offset, size: next - offset}
	}
	rest := content[offset:]
	torn := len(rest) < 4 || unwritten(rest)
	if !torn {
		n := int(binary.BigEndian.Uint32(rest))
		torn = n >= bodyFixed && n <= maxBody && len(rest) < n+frameBytes
	}
	return piece{offset: offset, size: len(rest), torn: torn}
}

// unwritten tells whether the end of a piece was never written: a file that grew before its bytes came has zeros there.
func unwritten(rest []byte) bool {
	const tail = 16 // no hash ends so by chance
	return len(rest) >= tail && bytes.Equal(rest[len(rest)-tail:], make([]byte, tail))
}

// findFrame returns where the next intact record begins, 0 for nowhere.
func findFrame(content []byte, offset int) int {
	for ; offset+bodyFixed+frameBytes <= len(content); offset++ {
		n := int(binary.BigEndian.Uint32(content[offset:]))
		if n < bodyFixed || n > maxBody || offset+n+frameBytes > len(content) || content[offset+4] != bodyVersion {
			continue
		}
		body := content[offset+4 : offset+4+n]
		if h := hashOf(body); bytes.Equal(h[:], content[offset+4+n:offset+n+frameBytes]) {
			return offset
		}
	}
	return 0
}

// fileExt ends the name of every file of records.
const fileExt = ".log"

// fileName returns the name of the file whose first record has a number.
func fileName(first uint64) string { return fmt.Sprintf("%020d%s", first, fileExt) }

// logFile is a file of records, by the number its name says.
type logFile struct {
	name  string
	first uint64
}

// listFiles returns the files of a folder in order.
func listFiles(dir string) ([]logFile, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no audit log in %s: %w", dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("list audit log: %w", err)
	}
	var files []logFile
	for _, e := range entries {
		name := e.Name()
		if len(name) != 20+len(fileExt) || filepath.Ext(name) != fileExt || !e.Type().IsRegular() {
			continue
		}
		if first, err := strconv.ParseUint(name[:20], 10, 64); err == nil {
			files = append(files, logFile{name, first})
		}
	}
	slices.SortFunc(files, func(a, b logFile) int { return cmp.Compare(a.first, b.first) })
	return files, nil
}
