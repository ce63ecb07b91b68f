package nlp

import (
	"encoding/json"
	"fmt"

	"liveroom/engine/live"
)

// readingLine is the line that `liveroom classify` prints for a text.
type readingLine struct {
	Text       string       `json:"text"`
	Domain     string       `json:"domain"`
	Intent     string       `json:"intent"`
	Confidence float32      `json:"confidence"`
	Unsure     bool         `json:"unsure"`
	Top        [3]guessLine `json:"top"`
	Emotion    *string      `json:"emotion"`
	Sentiment  *string      `json:"sentiment"`
	Entities   []entityLine `json:"entities"`
	DecidedBy  string       `json:"decided_by"`
}

type guessLine struct {
	Intent string  `json:"intent"`
	P      float32 `json:"p"`
}

type entityLine struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Norm  string `json:"norm"`
	Unit  string `json:"unit"`
}

// AppendReadingJSON appends the reading of a text as one JSON object without a line end. What is not known is null.
func AppendReadingJSON(dst []byte, text string, r *live.Reading) []byte {
	line := readingLine{
		Text: text, Domain: r.Intent.Domain().String(), Intent: r.Intent.String(),
		Confidence: r.Confidence, Unsure: r.Unsure,
		Emotion: known(r.Emotion.String()), Sentiment: known(r.Sentiment.String()),
		Entities: make([]entityLine, len(r.Entities)), DecidedBy: r.DecidedBy.String(),
	}
	for k, g := range r.Top {
		line.Top[k] = guessLine{g.Intent.String(), g.P}
	}
	for k, e := range r.Entities {
		line.Entities[k] = entityLine(e)
	}
	out, err := json.Marshal(line)
	if err != nil {
		// Only a figure that is not finite could do this, and judge lets none through.
		panic(fmt.Sprintf("encode reading: %v", err))
	}
	return append(dst, out...)
}

func known(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}
