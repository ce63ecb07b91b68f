package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"liveroom/engine/admin/console"
)

type topCommand struct {
	node
	Once  bool          `help:"Look once and end."`
	JSON  bool          `help:"Print one JSON object a look, instead of a page." name:"json"`
	Every time.Duration `help:"How long between looks." default:"2s"`
	Sort  string        `help:"What the hottest actors are told by: ${enum}." enum:"mailbox,rate,mean_us,handled,restarts" default:"mailbox"`
	Lines int           `help:"How many of them are shown." default:"15"`
}

// glance is what one look at a node sees.
type glance struct {
	Overview console.Overview            `json:"overview"`
	Actors   console.Page[console.Actor] `json:"actors"`
}

// Run shows a node and its hottest actors, until it is stopped.
func (c *topCommand) Run(ctx context.Context, s streams) error {
	if c.Every < 100*time.Millisecond || c.Lines < 1 || c.Lines > 200 {
		return fmt.Errorf("%w: --every: want 100ms or more; --lines: want 1 to 200", errUsage)
	}
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for {
		g, err := c.look(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			err = json.NewEncoder(s.out).Encode(g)
		} else {
			if !c.Once {
				fmt.Fprint(s.out, "\x1b[H\x1b[2J")
			}
			err = g.print(s.out, time.Now())
		}
		if err != nil || c.Once {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (c *topCommand) look(ctx context.Context) (g glance, err error) {
	if err := c.ask(ctx, http.MethodGet, "/v1/overview", nil, &g.Overview); err != nil {
		return g, err
	}
	query := url.Values{"sort": {c.Sort}, "limit": {fmt.Sprint(c.Lines)}}
	return g, c.ask(ctx, http.MethodGet, "/v1/actors?"+query.Encode(), nil, &g.Actors)
}

// print writes the page.
func (g *glance) print(out io.Writer, now time.Time) error {
	o := &g.Overview
	period := fmt.Sprintf("the latest %.0f s", o.WindowS)
	if o.Since {
		period = "all since the start"
	}
	fmt.Fprintf(out, "liveroom %s · %s · %s · figures of %s\n", o.Version, o.Ready, now.Format(time.TimeOnly), period)
	for _, a := range o.Alarms {
		fmt.Fprintf(out, "! %s %s %s\n", a.Level, a.Key, shown(a.Note))
		if a.Advice != "" {
			fmt.Fprintf(out, "  %s\n", shown(a.Advice))
		}
	}
	fmt.Fprint(out, "parts")
	for _, p := range o.Parts {
		fmt.Fprintf(out, " · %s %s", p.Name, p.State)
	}
	fmt.Fprintln(out)
	within := "no data yet"
	if o.Line.Within != nil {
		within = fmt.Sprintf("%.2f %% of %d", *o.Line.Within*100, o.Line.Count)
	}
	fmt.Fprintf(out, "within %d ms: %s · users %s · in flight %s · dead letters %s\n", o.Line.Ms, within, figure(o.Actors.Users), figure(o.Actors.InFlight), total(o.Actors.DeadLetters))
	fmt.Fprintf(out, "events %s", total(o.Messages))
	for _, c := range o.Outcomes {
		fmt.Fprintf(out, " · %s %s", c.Name, total(&c))
	}
	fmt.Fprint(out, "\n\n")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "stage\tcount\tp50 ms\tp95 ms\tp99 ms\t")
	for _, st := range o.Stages {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t\n", st.Name, st.Count, figure(st.P50), figure(st.P95), figure(st.P99))
	}
	fmt.Fprintln(w, "\t\t\t\t\t")
	fmt.Fprintln(w, "mailbox\trate/s\tmean µs\thandled\trestarts\t  actor")
	for _, a := range g.Actors.Rows {
		fmt.Fprintf(w, "%d\t%s\t%.0f\t%d\t%d\t  %s\n", a.Mailbox, figure(a.Rate), a.MeanUs, a.Handled, a.Restarts, shown(nameOf(a)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%d of %d actors\n", len(g.Actors.Rows), g.Actors.Total)
	return err
}

func nameOf(a console.Actor) string {
	if a.User == "" {
		return "room " + string(a.Room)
	}
	return string(a.Room) + "/" + string(a.User)
}

// figure writes a figure; one that is not known is a dash, not 0.
func figure(v *float64) string {
	switch {
	case v == nil:
		return "-"
	case *v >= 10 || *v == 0:
		return fmt.Sprintf("%.0f", *v)
	}
	return fmt.Sprintf("%.2f", *v)
}

func total(c *console.Count) string {
	if c == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f (%.1f/s)", c.Total, c.PerSecond)
}

// shown keeps what strangers call themselves from moving the cursor or turning the line round.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}
