package knowledge

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"liveroom/engine/shop/document"
)

//go:embed demo.yaml
var demoFile []byte

var demo = sync.OnceValue(func() []Entry {
	entries, err := Parse(document.YAML, demoFile, Rules{})
	if err != nil {
		panic(fmt.Sprintf("the embedded knowledge base: %v", err)) // a test parses it
	}
	return entries
})

// Demo returns what the demo shop knows.
func Demo() []Entry { return slices.Clone(demo()) }

// Past is an entry as it is and as it was.
type Past struct {
	Now  *entryFile  `json:"now"` // null when it is no more
	Past []entryFile `json:"past"`
}

// History returns what Base.Entry found as it is shown.
func History(now *Entry, past []Entry) Past {
	h := Past{Past: []entryFile{}}
	if now != nil {
		f := fileOf(now)
		h.Now = &f
	}
	for i := range past {
		h.Past = append(h.Past, fileOf(&past[i]))
	}
	return h
}
