package main

import (
	"fmt"
	"strings"
)

// result is everything that is reported.
type result struct {
	Model    string         `json:"model"`
	Created  string         `json:"created"`
	Table    []row          `json:"table"`
	Details  []detail       `json:"details"`
	Entities []labelFigures `json:"entities,omitempty"`
	Costs    []cost         `json:"costs"`
}

// markdown returns the report as a document.
func (r *result) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Model %s of %s, read through the service and the model runtime.\n\n", r.Model, r.Created)
	b.WriteString("Intervals are of 95 %: Wilson's for shares (with their counts), by resampling for scores. *constant* is what the\n" +
		"same figure would be for always the commonest answer of the set, at a confidence of its share.\n\n")
	b.WriteString("| | our frozen test | real lines, held-out fifth, `clear` = 1 |\n| --- | --- | --- |\n")
	for _, row := range r.Table {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", row.Name, cell(row.Own), cell(row.Real))
	}
	b.WriteByte('\n')
	r.costs(&b)
	if len(r.Entities) > 0 {
		b.WriteString("### Entities\n\n")
		labelTable(&b, r.Entities)
	}
	for i := range r.Details {
		r.Details[i].markdown(&b)
	}
	return b.String()
}

func cell(figures []figure) string {
	texts := make([]string, len(figures))
	for i, f := range figures {
		texts[i] = f.String()
	}
	return strings.Join(texts, "<br>")
}

func (r *result) costs(b *strings.Builder) {
	fmt.Fprintf(b, "### Speed\n\nCPU time for each text, at %d characters in batches of %d.\n\n| | µs | at most |\n| --- | --- | --- |\n", textRunes, batchTexts)
	for _, c := range r.Costs {
		target := ""
		if c.Target > 0 {
			mark := "✓"
			if c.Micros > c.Target {
				mark = "✗"
			}
			target = fmt.Sprintf("%.0f %s", c.Target, mark)
		}
		fmt.Fprintf(b, "| %s | %.1f | %s |\n", c.What, c.Micros, target)
	}
	b.WriteByte('\n')
}

func (d *detail) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "### %s: %d lines\n\nPrecision and recall by intent.\n\n", d.Name, d.Lines)
	labelTable(b, d.Intents)
	b.WriteString("By emotion.\n\n")
	labelTable(b, d.Emotions)
	if len(d.Sentiments) > 0 {
		b.WriteString("By sentiment.\n\n")
		labelTable(b, d.Sentiments)
	}
	b.WriteString("Commonest confusions.\n\n| is | was read as | lines |\n| --- | --- | --- |\n")
	for _, m := range d.Mistakes {
		fmt.Fprintf(b, "| %s | %s | %d |\n", m.Truth, m.Said, m.Lines)
	}
	fmt.Fprintf(b, "\nCalibration; the expected error is %.3f.\n\n| confidence | its mean | right |\n| --- | --- | --- |\n", d.Error)
	for i, bin := range d.Bins {
		if bin.Right.Of > 0 {
			fmt.Fprintf(b, "| %.1f – %.1f | %.3f | %s |\n", float64(i)/10, float64(i+1)/10, bin.Confidence, percent(bin.Right))
		}
	}
	b.WriteString("\nCoverage.\n\n| confidence ≥ | covered | right of these |\n| --- | --- | --- |\n")
	for _, p := range d.Curve {
		fmt.Fprintf(b, "| %.2f | %s | %s |\n", p.At, percent(p.Covered), percent(p.Right))
	}
	b.WriteByte('\n')
}

func labelTable(b *strings.Builder, rows []labelFigures) {
	b.WriteString("| | precision | recall | F1 |\n| --- | --- | --- | --- |\n")
	for _, l := range rows {
		fmt.Fprintf(b, "| %s | %s | %s | %.2f |\n", l.Label, percent(l.Precision), percent(l.Recall), l.F1)
	}
	b.WriteByte('\n')
}

// percent returns a share with its interval and counts.
func percent(s share) string {
	if s.Of == 0 {
		return "– (0/0)"
	}
	low, high := s.wilson()
	return fmt.Sprintf("%.1f %% [%.1f, %.1f] (%d/%d)", 100*s.rate(), 100*low, 100*high, s.Hits, s.Of)
}
