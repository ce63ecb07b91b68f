package labels

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Shelf is where labels are kept. What it keeps is sealed, lasts, and is erased with the person who wrote the message. Its
// methods may be called from any goroutine.
type Shelf interface {
	// Keep makes a label durable, a withdrawn one too; it takes the place of an earlier one of the same message.
	Keep(ctx context.Context, l Label) error
	// Read returns up to n labels said after a time, withdrawn ones too, the earliest first.
	Read(ctx context.Context, after int64, n int) ([]Label, error)
	// Find returns the label of a message, a withdrawn one too, false when it has none.
	Find(ctx context.Context, m Message) (Label, bool, error)
}

// Book takes labels in and gives them out.
type Book struct {
	// set by New
	shelf Shelf
	now   func() time.Time

	mu   sync.Mutex // held while a label is kept, so that a page read up to one misses none before it
	last int64      // when the latest label was said; guarded by mu
}

// New returns a book of what stands on a shelf.
func New(shelf Shelf) *Book { return &Book{shelf: shelf, now: time.Now} }

// MaxPage is how many labels are read at a time.
const MaxPage = 1000

// Add keeps a label and returns it with its time. It returns once it is durable. It wraps ErrInput.
func (b *Book) Add(ctx context.Context, l Label) (Label, error) {
	if err := l.validate(); err != nil {
		return Label{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.keep(ctx, l)
}

// Withdraw takes back what was said of a message, in somebody's name. It returns once that is durable, and wraps ErrNone.
func (b *Book) Withdraw(ctx context.Context, m Message, by string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, ok, err := b.Of(ctx, m)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("withdraw: %w", ErrNone)
	}
	l := Label{Message: m, Withdrawn: true, By: by, Source: was.Source}
	if err := l.validate(); err != nil {
		return err
	}
	_, err = b.keep(ctx, l)
	return err
}

// keep keeps a label with a time of its own. mu is held.
func (b *Book) keep(ctx context.Context, l Label) (Label, error) {
	if err := b.meet(ctx); err != nil {
		return Label{}, err
	}
	l.At = max(b.now().UnixMilli(), b.last+1)
	if err := b.shelf.Keep(ctx, l); err != nil {
		return Label{}, fmt.Errorf("keep a label: %w", err)
	}
	b.last = l.At
	return l, nil
}

// meet learns, once, when the latest label was said: a clock that went back since must not put a new one before it. mu is
// held.
func (b *Book) meet(ctx context.Context) error {
	for after := int64(0); b.last == 0; {
		page, err := b.shelf.Read(ctx, after, MaxPage)
		if err != nil {
			return fmt.Errorf("read labels: %w", err)
		}
		if len(page) == 0 {
			b.last = max(after, 1)
			return nil
		}
		after = page[len(page)-1].At
	}
	return nil
}

// List returns up to n labels said after a time, the earliest first; n is at most MaxPage. The time of the last one reads on.
// What was withdrawn is not among them; fewer than n are all there are.
func (b *Book) List(ctx context.Context, after int64, n int) (list []Label, err error) {
	for n = min(max(n, 1), MaxPage); len(list) < n; {
		page, err := b.shelf.Read(ctx, after, n-len(list))
		if err != nil {
			return nil, fmt.Errorf("read labels: %w", err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].At
		for i := range page {
			if !page[i].Withdrawn {
				list = append(list, page[i])
			}
		}
	}
	return list, nil
}

// Of returns the label of a message, false when it has none.
func (b *Book) Of(ctx context.Context, m Message) (Label, bool, error) {
	l, ok, err := b.shelf.Find(ctx, m)
	if err != nil {
		return Label{}, false, fmt.Errorf("find a label: %w", err)
	}
	if !ok || l.Withdrawn {
		return Label{}, false, nil
	}
	return l, true, nil
}
