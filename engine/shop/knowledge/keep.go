package knowledge

import (
	"encoding/json"
	"fmt"

	"liveroom/engine/shop/document"
)

// kept is how a base with its past stands on disk.
type kept struct {
	Entries []entryFile            `json:"entries"`
	Past    map[string][]entryFile `json:"past,omitempty"`
}

// Keep writes the base with its past, for Load.
func (b *Base) Keep() ([]byte, error) {
	k := kept{Past: make(map[string][]entryFile, len(b.past))}
	for i := range b.entries {
		k.Entries = append(k.Entries, fileOf(&b.entries[i]))
	}
	for id, versions := range b.past {
		for i := range versions {
			k.Past[id] = append(k.Past[id], fileOf(&versions[i]))
		}
	}
	file, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("write knowledge: %w", err)
	}
	return file, nil
}

// Load reads what Keep wrote.
func Load(file []byte, threshold float64) (*Base, error) {
	var k kept
	if err := json.Unmarshal(file, &k); err != nil {
		return nil, fmt.Errorf("read knowledge: %w", err)
	}
	c := document.NewChecker(func(path []any) document.Problem { return document.Problem{Path: document.PathText(path)} })
	checker{c, Rules{}}.check(&baseFile{Entries: k.Entries})
	if err := c.Err(shape.What); err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(k.Entries))
	for i := range k.Entries {
		entries = append(entries, k.Entries[i].entry())
	}
	past := make(map[string][]Entry, len(k.Past))
	for id, versions := range k.Past {
		for i := range versions[:min(len(versions), maxPast)] {
			past[id] = append(past[id], versions[i].entry())
		}
	}
	return build(entries, past, New(threshold).threshold), nil
}
