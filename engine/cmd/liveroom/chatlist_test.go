package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// wording is one text of a script, as a pattern of what it may come to.
type wording struct {
	script  string
	pattern *regexp.Regexp
	letters int // that stand in the text itself
}

// fewLetters are enough of a text to know it by.
const fewLetters = 5

var action = regexp.MustCompile(`\{\{-? *(\w*)[^}]*\}\}`)

// readLibrary reads the scripts' texts. What a text fills in, or says only under a condition, may be anything.
func readLibrary(t *testing.T) (all []wording) {
	files, err := filepath.Glob("../../../scripts/library/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s struct {
			Name  string
			Cases []struct{ Texts []string }
		}
		if err := yaml.Unmarshal(content, &s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range s.Cases {
			for _, text := range c.Texts {
				all = append(all, wordingOf(s.Name, text))
			}
		}
	}
	return all
}

func wordingOf(script, text string) wording {
	w := wording{script: script}
	var pattern strings.Builder
	depth, at := 0, 0
	literal := func(part string) {
		if depth == 0 {
			pattern.WriteString(regexp.QuoteMeta(part))
			w.letters += utf8.RuneCountInString(part)
		}
	}
	for _, m := range action.FindAllStringSubmatchIndex(text, -1) {
		literal(text[at:m[0]])
		pattern.WriteString(".*?")
		switch text[m[2]:m[3]] {
		case "if", "range", "with":
			depth++
		case "end":
			depth--
		}
		at = m[1]
	}
	literal(text[at:])
	w.pattern = regexp.MustCompile(pattern.String())
	return w
}

// couldSay tells whether a text may be one of a script's, with what else is said around it.
func couldSay(library []wording, script, text string) bool {
	return slices.ContainsFunc(library, func(w wording) bool {
		return w.script == script && w.letters >= fewLetters && w.pattern.MatchString(text)
	})
}

// scriptsOf returns the scripts that may have said a text, those with most of it in their own words.
func scriptsOf(library []wording, text string) (names []string) {
	most := fewLetters
	for _, w := range library {
		if w.letters < most || !w.pattern.MatchString(text) {
			continue
		}
		if w.letters > most {
			most, names = w.letters, nil
		}
		if !slices.Contains(names, w.script) {
			names = append(names, w.script)
		}
	}
	return names
}

// readDifferences reads lines of "conversation number: what · why".
func readDifferences(t *testing.T, file string) map[string]difference {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]difference)
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at, rest, ok := strings.Cut(line, ": ")
		what, why, _ := strings.Cut(rest, " · ")
		if _, twice := listed[at]; !ok || twice {
			t.Fatalf("%s: %q: want one line for each, as 05_fragments 2: stock → price · why", file, line)
		}
		listed[at] = difference{at: at, what: what, why: why}
	}
	return listed
}

func writeDifferences(t *testing.T, file string, all []difference, listed map[string]difference) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	for _, d := range all {
		fmt.Fprintf(&b, "%s: %s", d.at, d.what)
		if was := listed[d.at]; was.why != "" && was.what == d.what {
			b.WriteString(" · " + was.why)
		} else {
			t.Errorf("%s: %s\n%s\nits reason is to be written into %s", d.at, d.what, d.detail, file)
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
