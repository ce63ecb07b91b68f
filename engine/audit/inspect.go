package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// keptPatience is how long Verify waits for the heads that are kept elsewhere.
const keptPatience = 5 * time.Second

// ErrBusy means that the log is being verified already.
var ErrBusy = errors.New("the log is being verified already")

// Verified is what the last verification by this process came to.
type Verified struct {
	At     int64  // Unix milliseconds
	Seq    uint64 // the last record there was while the log was sound; 0 before it ever was
	Faults int
}

// Verify checks the log from its first record to this moment, against the heads in every place that can be read. One
// verification runs at a time; the error is ErrBusy when one does, and else that something could not be read.
func (l *Log) Verify() (Report, error) {
	if !l.verifying.TryLock() {
		return Report{}, ErrBusy
	}
	defer l.verifying.Unlock()
	l.head() // so that a head vouches for all there is
	check := Check{Dir: l.cfg.Dir}
	var missing []Finding
	for _, path := range l.cfg.HeadsFile {
		f, err := os.Open(path)
		switch {
		case err == nil:
			f.Close()
			check.Heads = append(check.Heads, path)
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission): // where one may append and nothing else
			missing = append(missing, Finding{Kind: NoHeads, File: path, Text: "the heads cannot be read here; check against them where they can be"})
		default:
			return Report{}, fmt.Errorf("read heads: %w", err)
		}
	}
	if l.cfg.HeadsKept != nil {
		ctx, stop := context.WithTimeout(context.Background(), keptPatience)
		kept, err := l.cfg.HeadsKept(ctx)
		stop()
		if err != nil {
			missing = append(missing, Finding{Kind: NoHeads, File: keptHeads, Text: "the heads cannot be read here: " + err.Error()})
		}
		check.Kept = kept
	}
	report, err := Verify(check)
	if err != nil {
		return report, err
	}
	report.Notes = append(report.Notes, missing...)
	v := Verified{At: l.clock().UnixMilli(), Faults: len(report.Faults)}
	if before := l.verified.Load(); before != nil {
		v.Seq = before.Seq
	}
	if v.Faults == 0 {
		v.Seq = report.Last
	}
	l.verified.Store(&v)
	return report, nil
}
