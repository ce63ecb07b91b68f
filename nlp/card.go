package nlp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// CardFile is what people are to know of a model, as Markdown. A model needs none.
const CardFile = "CARD.md"

const maxCard = 256 << 10 // bytes

// ErrNoCard is returned when the model folder has no card.
var ErrNoCard = errors.New("the model folder holds no " + CardFile)

// Card returns what the model folder tells people of the model, as Markdown.
func (s *Service) Card() (string, error) {
	if s.config.ModelDir == "" {
		return "", ErrNoCard
	}
	f, err := os.Open(filepath.Join(s.config.ModelDir, CardFile))
	if errors.Is(err, os.ErrNotExist) {
		return "", ErrNoCard
	}
	if err != nil {
		return "", fmt.Errorf("open the model's card: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCard))
	if err != nil {
		return "", fmt.Errorf("read the model's card: %w", err)
	}
	return string(text), nil
}
