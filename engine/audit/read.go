package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Filter picks records. What is empty picks all.
type Filter struct {
	Who    string
	Act    string // an act, or the beginning of several when it ends with a dot: "room."
	On     string // part of On
	From   string
	Result Result
	Person string // a personal value that On or Detail tells of, looked for by its pseudonym
	Since  int64  // Unix milliseconds, inclusive
	Until  int64  // Unix milliseconds, exclusive
}

func (f *Filter) picks(r *Record) bool {
	return (f.Who == "" || r.Who == f.Who) &&
		(f.Act == "" || r.Act == f.Act || strings.HasSuffix(f.Act, ".") && strings.HasPrefix(r.Act, f.Act)) &&
		strings.Contains(r.On, f.On) &&
		(f.From == "" || r.From == f.From) &&
		(f.Result == 0 || r.Result == f.Result) &&
		(strings.Contains(r.On, f.Person) || strings.Contains(r.Detail, f.Person)) &&
		r.At >= f.Since && (f.Until == 0 || r.At < f.Until)
}

// maxRecords is how many records are returned at once.
const maxRecords = 1000

// Records returns up to n records that the filter picks, from the numbered one on. It reads the disk, and passes over
// whatever is no record; Verify says what that is.
func (l *Log) Records(from uint64, n int, f Filter) ([]Record, error) {
	return l.find(f, n, func(files []logFile) []logFile {
		begin := 0
		for i := range files {
			if files[i].first <= from {
				begin = i
			}
		}
		return files[begin:]
	}, func(seq uint64) bool { return seq >= from }, false)
}

// RecordsBefore returns up to n records that the filter picks, the latest first, all before the numbered one; 0 is past the
// last.
func (l *Log) RecordsBefore(before uint64, n int, f Filter) ([]Record, error) {
	return l.find(f, n, func(files []logFile) []logFile {
		files = slices.DeleteFunc(files, func(f logFile) bool { return before != 0 && f.first >= before })
		slices.Reverse(files)
		return files
	}, func(seq uint64) bool { return before == 0 || seq < before }, true)
}

// find reads the files that are chosen until it has n records.
func (l *Log) find(f Filter, n int, choose func([]logFile) []logFile, wanted func(uint64) bool, back bool) (found []Record, err error) {
	n = min(n, maxRecords)
	if f.Person != "" {
		f.Person = l.Pseudonym(f.Person)
	}
	l.mu.Lock()
	last := l.seq // what is beyond is being written
	l.mu.Unlock()
	files, err := listFiles(l.cfg.Dir)
	if err != nil {
		return nil, err
	}
	for _, file := range choose(files) {
		content, err := os.ReadFile(filepath.Join(l.cfg.Dir, file.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed for its age since the files were listed
		}
		if err != nil {
			return nil, fmt.Errorf("read audit log: %w", err)
		}
		pieces := scan(content, min(headerBytes, len(content)))
		if back {
			slices.Reverse(pieces)
		}
		for _, p := range pieces {
			if len(found) >= n {
				return found, nil
			}
			if p.intact && p.record.Seq <= last && wanted(p.record.Seq) && f.picks(p.record) {
				found = append(found, *p.record)
			}
		}
	}
	return found, nil
}
