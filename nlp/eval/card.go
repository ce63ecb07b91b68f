package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// The marks between which the model card holds the figures.
const (
	figuresBegin = "<!-- figures -->"
	figuresEnd   = "<!-- /figures -->"
)

var errMarks = errors.New("the marks of the figures are not in order: one " + figuresBegin + ", then one " + figuresEnd)

// withFigures returns a card whose figures are replaced; a card without the marks gets them at its end.
func withFigures(card, figures string) (string, error) {
	section := figuresBegin + "\n\n" + strings.TrimSpace(figures) + "\n\n" + figuresEnd
	if !strings.Contains(card, figuresBegin) && !strings.Contains(card, figuresEnd) {
		return strings.TrimRight(card, "\n") + "\n\n" + section + "\n", nil
	}
	head, rest, _ := strings.Cut(card, figuresBegin)
	_, tail, ok := strings.Cut(rest, figuresEnd)
	if !ok || strings.Contains(tail, figuresBegin) || strings.Contains(tail, figuresEnd) {
		return "", errMarks
	}
	return head + section + tail, nil
}

// rewriteCard puts figures into the card at a path.
func rewriteCard(path, figures string) error {
	card, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read model card: %w", err)
	}
	out, err := withFigures(string(card), figures)
	if err != nil {
		return fmt.Errorf("model card %s: %w", path, err)
	}
	if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
		return fmt.Errorf("write model card: %w", err)
	}
	return nil
}
