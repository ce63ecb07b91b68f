package audit

import (
	"errors"
	"fmt"
	"sync"
)

// Deed is an act under way: its intention is written, its result is not yet.
type Deed struct {
	log    *Log
	result Record
	once   sync.Once
}

// Begin writes that an act is about to be done, for who does it elsewhere than in Do. The error is ErrRefused when that
// cannot be written; then the act must not be done.
func (l *Log) Begin(a Act) (*Deed, error) {
	intention, err := l.record(a, Intended)
	if err == nil && l.waits(&intention) {
		err = l.sealed()
	}
	if err == nil {
		intention.Seq, err = l.write(intention)
	}
	if err != nil {
		l.refused.Add(1)
		return nil, fmt.Errorf("%s: %w: %w", a.Act, ErrRefused, err)
	}
	d := &Deed{log: l, result: intention}
	d.result.Of = intention.Seq
	return d, nil
}

// Seq is the number of the intention.
func (d *Deed) Seq() uint64 { return d.result.Of }

// End writes the result: done, or failed with an error. Only the first call does something. A deed that nobody ends is
// written as unknown at the next start.
func (d *Deed) End(err error) {
	d.once.Do(func() {
		d.result.Result, d.result.Detail = Done, ""
		if err != nil {
			d.result.Result = Failed
			if d.result.Detail, _ = d.log.conceal(err.Error()); d.result.Detail == "" {
				d.result.Detail = "failed"
			}
		}
		d.log.settle(d.result)
	})
}

// Finish writes a head of all there is into every place and closes the log, for who opened it without Run. It returns
// which place could not be written.
func (l *Log) Finish() error {
	l.head()
	var problems []error
	for _, p := range l.Status().Heads {
		if p.Failure != "" {
			problems = append(problems, fmt.Errorf("head of the audit log not written to %s: %s", p.File, p.Failure))
		}
	}
	return errors.Join(append(problems, l.Close())...)
}
