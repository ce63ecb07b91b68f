package engine

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnersKeywordBeatsTheModel: a rule of the shop decides, and the reply says so.
func TestOwnersKeywordBeatsTheModel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keywords.yaml")
	write(t, file, "- {match: contains, text: 主播好美, intent: invoice}\n- {match: exact, text: 对比, intent: delivery}\n")
	n := startNode(t, t.TempDir(), func(c *Config) { c.Shop.Keywords = file })
	c := n.ingest(t)
	for i, m := range []struct{ text, intent, by string }{
		{"今天主播好美呀", "invoice", "keyword"},
		{"对比", "delivery", "keyword"},
		{"我要退货", "return_refund", "model"},
	} {
		id := string(rune('a' + i))
		c.send(said("message", id, "user-"+id, m.text))
		r := c.next("reply", "outcome", "error")
		if r.text("type") != "reply" || r.text("to") != id || r.text("intent") != m.intent || r.text("decided_by") != m.by {
			t.Errorf("%q got %v, want a reply as %s by %s", m.text, r, m.intent, m.by)
		}
	}
}

// TestBadKeywordsRefuseToStart names every fault of the file.
func TestBadKeywordsRefuseToStart(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Shop.Keywords = filepath.Join(t.TempDir(), "keywords.yaml")
	_, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), cfg.Shop.Keywords) {
		t.Errorf("New without the file = %v, want its name", err)
	}
	write(t, cfg.Shop.Keywords, "- {match: like, text: 库存, intent: stock}\n- {match: exact, text: 对比, intent: stok}\n")
	_, err = New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "line 1") || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("New over a bad file = %v, want both problems", err)
	}
}
