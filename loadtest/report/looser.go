package report

import (
	"fmt"
	"strconv"
	"time"
)

// looser lists the limits that were looser than the defaults, each with both values: a verdict says no more than the limits
// it was given by.
func (l Limits) looser() []string {
	standard := DefaultLimits()
	var all []string
	say := func(loose bool, what, have, want string) {
		if loose {
			all = append(all, fmt.Sprintf("%s %s, standard %s", what, have, want))
		}
	}
	long := func(what string, have, want time.Duration) {
		say(have > want, what+" at most", have.String(), want.String())
	}
	most := func(what string, have, want float64) { say(have > want, what+" at most", percent(have), percent(want)) }
	least := func(what string, have, want float64) {
		say(have < want, what+" at least", percent(have), percent(want))
	}
	long("p99", l.P99, standard.P99)
	long("first answer after", l.First, standard.First)
	most("shed", l.Shed, standard.Shed)
	most("probes without a figure", l.SilentProbes, standard.SilentProbes)
	most("late sends", l.Late, standard.Late)
	least("rate reached", l.Reached, standard.Reached)
	least("questions replied", l.Replied, standard.Replied)
	most("read by a fallback", l.Fallback, standard.Fallback)
	most("unlabelled texts that are chatter", l.Chatter, standard.Chatter)
	long("reader's sweep p99", l.Sweep, standard.Sweep)
	say(l.Cores > standard.Cores, "generator's cores at most", number(l.Cores), number(standard.Cores))
	say(l.Overload && !standard.Overload, "questions replied and read by a fallback", "not judged, it is about overload", "judged")
	return all
}

func percent(share float64) string { return number(100*share) + " %" }

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
