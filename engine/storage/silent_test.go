package storage

import (
	"context"
	"errors"
	"testing"
	"time"
)

// silent is a database that does not answer for as long as is said.
type silent struct {
	backend
	err error
}

func (b *silent) bytes(ctx context.Context) (int64, error) {
	if b.err != nil {
		return 0, b.err
	}
	return b.backend.bytes(ctx)
}

func TestADatabaseThatDoesNotAnswerIsTold(t *testing.T) {
	s := drive(t, Config{}, time.Now)
	b := &silent{backend: s.base, err: errors.New("connection refused")}
	s.base = b
	if s.weigh(t.Context()); s.Status().Silent != "connection refused" || s.Status().Bytes == 0 {
		t.Errorf("a database that does not answer is told as %+v", s.Status())
	}
	b.err = nil
	if s.weigh(t.Context()); s.Status().Silent != "" {
		t.Errorf("one that answers again is told as %q", s.Status().Silent)
	}
	if st := s.Status(); st.Free <= 0 || st.Size < st.Free {
		t.Errorf("%d of %d bytes are free", st.Free, st.Size)
	}
}
