package scripts

import "testing"

func TestTheVersionFollowsTheTexts(t *testing.T) {
	of := func(name, text string) string {
		return versionOf(&set{scripts: []*script{{name: name, cases: []scriptCase{{texts: []scriptText{{source: text}}}}}}})
	}
	first, again := of("stock", "有货"), of("stock", "有货")
	if first != again || first == of("stock", "没货") || first == of("price", "有货") {
		t.Error("equal sets have one version, others another")
	}
	if len(of("a", "b")) != 12 || of("ab", "c") == of("a", "bc") {
		t.Error("a version keeps names and texts apart, in 12 digits")
	}
}
