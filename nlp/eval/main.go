package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"liveroom/engine/live"
)

// settings are what the command line sets.
type settings struct {
	model, corpus, corpora string
	entities               string
	out, card              string
	json                   bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// parse reads the command line; run from the root of the repository, it needs none.
func parse(args []string) (s settings, err error) {
	f := flag.NewFlagSet("eval", flag.ContinueOnError)
	f.StringVar(&s.model, "model", filepath.Join("nlp", "model"), "`folder` of the model")
	f.StringVar(&s.corpus, "corpus", filepath.Join("nlp", "corpus"), "`folder` of our corpus")
	f.StringVar(&s.corpora, "corpora", os.Getenv("LIVEROOM_CORPORA"), "`folder` of the shared corpora; empty goes without")
	f.StringVar(&s.entities, "entities", filepath.Join("nlp", "entity", "testdata", "entities.jsonl"), "`file` of the entity test")
	f.StringVar(&s.out, "out", "", "write the report to this `file` too")
	f.StringVar(&s.card, "card", "", "put the figures between the marks of this model `card`")
	f.BoolVar(&s.json, "json", false, "print JSON instead of Markdown")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	return s, nil
}

func run(args []string, out io.Writer) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	result, err := evaluate(s)
	if err != nil {
		return err
	}
	report := result.markdown()
	if s.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(result)
	} else {
		_, err = io.WriteString(out, report)
	}
	if err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	if s.out != "" {
		if err := os.WriteFile(s.out, []byte(report), 0o644); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if s.card != "" {
		return rewriteCard(s.card, report)
	}
	return nil
}

// evaluate reads every set through the service.
func evaluate(s settings) (res *result, err error) {
	own, err := ownTest(s.corpus)
	if err != nil {
		return nil, err
	}
	corpora, err := readShared(s.corpora)
	if err != nil {
		return nil, err
	}
	r, err := openReader(s.model, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	m := &measured{}
	if m.own, err = r.answer(own); err != nil {
		return nil, err
	}
	if corpora != nil {
		if err := m.readShared(r, corpora); err != nil {
			return nil, err
		}
	}
	for i := range m.own {
		m.sentiment = m.sentiment || m.own[i].got.Sentiment != 0
	}
	if m.entities, err = testEntities(r, s.entities); err != nil {
		return nil, err
	}
	res = &result{Model: r.Status().Model, Created: r.Status().Created, Table: m.table(), Details: m.details()}
	if m.entities != nil {
		res.Entities = m.entities.byKind()
	}
	if res.Costs, err = speed(s.model, r, own); err != nil {
		return nil, err
	}
	hit, err := cacheHit(s.model, own)
	res.Costs = append(res.Costs, hit)
	return res, err
}

// readShared reads the held-out fifth of the shared corpora.
func (m *measured) readShared(r *reader, corpora *shared) error {
	m.shared = true
	real, err := r.answer(corpora.real)
	if err != nil {
		return err
	}
	m.clear = filter(real, func(a *answered) bool { return a.clear })
	m.vague = filter(real, func(a *answered) bool { return !a.clear })
	if m.reviews, err = r.answer(corpora.reviews); err != nil {
		return err
	}
	if m.sides, err = r.sides(corpora.reviews); err != nil {
		return err
	}
	for _, set := range []struct {
		texts []string
		into  *[]*live.Reading
	}{{corpora.danmaku, &m.danmaku}, {corpora.scope, &m.scope}} {
		if *set.into, err = r.readAll("", set.texts); err != nil {
			return err
		}
	}
	return nil
}
