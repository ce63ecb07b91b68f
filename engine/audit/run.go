package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// retryEvery is how often a log that could not be written is tried again.
const retryEvery = time.Second

// maxBatch is how many noted acts are written at once.
const maxBatch = 256

// Ready is closed when Run has begun.
func (l *Log) Ready() <-chan struct{} { return l.ready }

// Run writes what is noted, and heads, until ctx ends; then it writes what is left and the last head, and closes the log.
func (l *Log) Run(ctx context.Context) error {
	if l.running.Swap(true) {
		return ErrRunning
	}
	l.write(Record{Who: Self, Act: actStart, Result: Noted}) // failing is said and tried again
	l.head()
	close(l.ready)
	var wg sync.WaitGroup
	wg.Go(func() { l.writeHeads(ctx) })
	if l.cfg.KeepHead != nil {
		wg.Go(func() { l.keepHeads(ctx) })
	}
	left := l.writeNotes(ctx)
	wg.Wait()
	left = append(left, l.waiting(queueLimit)...)
	l.part(left)
	_, err := l.write(append(left, Record{Who: Self, Act: actStop, Result: Noted})...)
	if err != nil {
		err = fmt.Errorf("end of the audit log is not written; %d noted acts are lost: %w", len(left), err)
	}
	l.head()
	return errors.Join(err, l.Close())
}

// writeNotes writes what is noted until ctx ends, and returns what could not be written. What waits for keys of people keeps
// nothing else waiting.
func (l *Log) writeNotes(ctx context.Context) (left []Record) {
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	k := keeper{log: l}
	var batch []Record
	for {
		queue := l.queue
		if len(batch) > 0 {
			queue = nil // first what is at hand
		}
		select {
		case <-ctx.Done():
			return append(k.end(), batch...)
		case r := <-queue:
			batch = append([]Record{r}, l.waiting(maxBatch-1)...)
			k.pause(ctx, batch)
		case <-k.under:
			k.under = nil
		case <-retry.C:
			l.flush()
			if len(k.held) > 0 || l.keyless.Load() != nil {
				k.start()
			}
		}
		if batch = k.pass(batch); len(batch) > 0 && l.Err() == nil {
			if _, err := l.write(batch...); err == nil {
				batch = nil
			}
		}
	}
}

// waiting takes what waits in the queue, up to a number.
func (l *Log) waiting(most int) (all []Record) {
	for len(all) < most {
		select {
		case r := <-l.queue:
			all = append(all, r)
		default:
			return all
		}
	}
	return all
}

func (l *Log) writeHeads(ctx context.Context) {
	tick := time.NewTicker(l.cfg.HeadAfter)
	defer tick.Stop()
	age := time.NewTicker(retainEvery)
	defer age.Stop()
	l.retain()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.headDue:
		case <-tick.C:
		case <-age.C:
			l.retain()
		}
		l.head()
	}
}

// head signs the log as it is and writes that to every place that does not have it: the second place first, so that it
// never has less than the log's own folder.
func (l *Log) head() {
	l.headMu.Lock()
	defer l.headMu.Unlock()
	l.mu.Lock()
	h := Head{Chain: l.chain, Seq: l.seq, Record: l.prev, At: l.clock().UnixMilli()}
	l.sinceHead = 0
	l.mu.Unlock()
	if h.Seq == 0 {
		return
	}
	var line []byte
	for i := len(l.places) - 1; i >= 0; i-- {
		p := &l.places[i]
		if p.last == h.Seq {
			continue
		}
		if line == nil {
			signed, err := l.sign.sign(h)
			if err != nil {
				l.log.Error("head of the audit log not signed", "err", err)
				return
			}
			line = signed.Line()
			select { // the one before, if nobody has taken it
			case <-l.toKeep:
			default:
			}
			l.toKeep <- line
		}
		err := p.append(line)
		switch {
		case err == nil:
			p.last = h.Seq
			if p.err != nil {
				l.log.Info("heads of the audit log can be written again", "file", p.path)
			}
		case p.err == nil:
			l.log.Error("head of the audit log not written; tried again", "file", p.path, "err", err)
		}
		p.err = err
	}
	for _, p := range l.places[min(1, len(l.places)-1):] {
		if p.last != h.Seq {
			return
		}
	}
	l.headedAt.Store(h.At)
}

// keepHeads hands the latest head to KeepHead, which may be as slow as a database that is away: nobody waits for it.
func (l *Log) keepHeads(ctx context.Context) {
	tick := time.NewTicker(l.cfg.HeadAfter)
	defer tick.Stop()
	var line []byte
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case line = <-l.toKeep:
		case <-tick.C:
		}
		if line == nil {
			continue
		}
		err := l.cfg.KeepHead(ctx, line)
		if err != nil && !failing && ctx.Err() == nil {
			l.log.Warn("head of the audit log not kept in the store; tried again", "err", err)
		}
		if err == nil && failing {
			l.log.Info("heads of the audit log can be kept in the store again")
		}
		if failing = err != nil; !failing {
			line = nil
		}
	}
}

// Close closes the log. Run does so by itself; it is for a log that never ran.
func (l *Log) Close() (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.file != nil {
		err = l.file.Close()
	}
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	return err
}
