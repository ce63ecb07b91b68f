package console

import (
	"fmt"
	"testing"
)

// TestAuditPages goes through the log as the page does.
func TestAuditPages(t *testing.T) {
	s := newStand(t)
	var seen []int
	for before, path := uint64(0), "/v1/audit"; ; path = fmt.Sprintf("/v1/audit?before=%d", before) {
		var page AuditPage
		if code := s.ask(t, "GET", path, "", &page); code != 200 || page.Status.Last != 130 {
			t.Fatalf("%s answered %d %+v", path, code, page)
		}
		seen = append(seen, len(page.Records))
		if before = page.Next; before == 0 {
			break
		}
	}
	if fmt.Sprint(seen) != "[50 50 30]" {
		t.Errorf("pages of %v records, want 50, 50 and 30", seen)
	}
	if code := s.ask(t, "GET", "/v1/audit?since=5&until=5", "", nil); code != 422 {
		t.Errorf("an empty time answered %d", code)
	}
	if code := s.ask(t, "POST", "/v1/audit/verify", "", nil); code != 409 {
		t.Errorf("a second verification answered %d", code)
	}
}

// TestWhomARecordTellsOf asks with a reason, without one, and as somebody who may not read the log.
func TestWhomARecordTellsOf(t *testing.T) {
	s := newStand(t)
	var people AuditPeople
	if code := s.ask(t, "POST", "/v1/audit/records/7/reveal", `{"reason":"complaint 12"}`, &people); code != 200 || len(people.People) != 1 {
		t.Errorf("answered %d %+v", code, people)
	}
	for _, body := range []string{`{}`, `{"reason":""}`} {
		if code := s.ask(t, "POST", "/v1/audit/records/7/reveal", body, nil); code != 422 {
			t.Errorf("%s answered %d", body, code)
		}
	}
	s.house.denied[AuditRead] = true
	if code := s.ask(t, "POST", "/v1/audit/records/7/reveal", `{"reason":"complaint 12"}`, nil); code != 403 {
		t.Errorf("without the right to read the log it answered %d", code)
	}
}
