package main

import (
	"fmt"
)

// figure is one number of the table.
type figure struct {
	Name  string  `json:"name,omitempty"` // within a cell of several
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Count is what a share is made of; nil for a score, whose interval is from resampling.
	Count *share `json:"count,omitempty"`
	Lines int    `json:"lines"`
	// Constant is what the same figure would be for somebody who always gives the commonest answer of the set, with its
	// share as the confidence; nil where that has no meaning.
	Constant *float64 `json:"constant,omitempty"`
	// Target is what to reach: at least it, or at most where Most is set; 0 is none.
	Target float64 `json:"target,omitempty"`
	Most   bool    `json:"most,omitempty"`
	// Absent says why there is no figure.
	Absent string `json:"absent,omitempty"`
}

// shareFigure is a figure of a share.
func shareFigure(name string, s share, constant float64) figure {
	f := figure{Name: name, Value: s.rate(), Count: &s, Lines: s.Of, Constant: &constant}
	f.Low, f.High = s.wilson()
	if s.Of == 0 {
		f.Absent = "no lines"
	}
	return f
}

// scoreFigure is a figure of a score over observations.
func scoreFigure[T any](name string, all []T, constant float64, score func([]T) float64) figure {
	f := figure{Name: name, Value: score(all), Lines: len(all), Constant: &constant}
	f.Low, f.High = bootstrap(len(all), func(picks []int) float64 { return score(drawn(all, picks)) })
	if len(all) == 0 {
		f.Absent = "no lines"
	}
	return f
}

func absent(name, why string) figure { return figure{Name: name, Absent: why} }

func (f figure) atLeast(target float64) figure { f.Target = target; return f }

func (f figure) atMost(target float64) figure { f.Target, f.Most = target, true; return f }

// reached tells whether the target is; true where there is none.
func (f figure) reached() bool {
	switch {
	case f.Target == 0:
		return true
	case f.Absent != "":
		return false
	case f.Most:
		return f.Value <= f.Target
	}
	return f.Value >= f.Target
}

// String returns the figure with its interval, counts, the constant answer's, the target and whether it is reached.
func (f figure) String() string {
	out := ""
	if f.Name != "" {
		out = f.Name + " "
	}
	if f.Absent != "" {
		out += "– (" + f.Absent + ")"
	} else {
		out += f.number(f.Value)
		if f.Count != nil {
			out += fmt.Sprintf(" [%.1f, %.1f] (%d/%d)", 100*f.Low, 100*f.High, f.Count.Hits, f.Count.Of)
		} else {
			out += fmt.Sprintf(" [%.3f, %.3f] (n = %d)", f.Low, f.High, f.Lines)
		}
		if f.Constant != nil {
			out += "; constant " + f.number(*f.Constant)
		}
	}
	if f.Target == 0 {
		return out
	}
	sign, mark := "≥", "✗"
	if f.Most {
		sign = "≤"
	}
	if f.reached() {
		mark = "✓"
	}
	target := fmt.Sprintf("%.2f", f.Target)
	if f.Count != nil {
		target = fmt.Sprintf("%.0f %%", 100*f.Target)
	}
	return fmt.Sprintf("%s; %s %s %s", out, sign, target, mark)
}

func (f figure) number(x float64) string {
	if f.Count != nil {
		return fmt.Sprintf("%.1f %%", 100*x)
	}
	return fmt.Sprintf("%.3f", x)
}

// row is one line of the table: figures on our test and on the real lines.
type row struct {
	Name string   `json:"name"`
	Own  []figure `json:"own"`
	Real []figure `json:"real"`
}
