package engine

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// exposed is what a node's /metrics shows: the labels of each series and their values, and the kind of each metric.
type exposed struct {
	series map[string]map[string]map[string]bool // name → label → values
	kinds  map[string]string                     // counter, gauge, histogram, summary; by the name that TYPE says
	empty  map[string]bool                       // vectors that have counted nothing yet, which /metrics leaves out
}

var describedAs = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// readExposed reads the text of /metrics; what the registry describes and the text leaves out is added without values.
func readExposed(text string, reg *prometheus.Registry) (*exposed, error) {
	x := &exposed{series: make(map[string]map[string]map[string]bool), kinds: make(map[string]string), empty: make(map[string]bool)}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			x.kinds[name] = kind
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		end := strings.LastIndexByte(line, ' ')
		q, err := parseQuery(line[:max(end, 0)])
		if err != nil || q.op != "selector" {
			return nil, fmt.Errorf("sample %q: %w", line, err)
		}
		labels := x.labels(q.name)
		for _, m := range q.matchers {
			if labels[m.label] == nil {
				labels[m.label] = make(map[string]bool)
			}
			labels[m.label][m.value] = true
		}
	}
	described := make(chan *prometheus.Desc, 1024)
	go func() { reg.Describe(described); close(described) }()
	for d := range described {
		found := describedAs.FindStringSubmatch(d.String())
		if found == nil || x.kinds[found[1]] != "" {
			continue
		}
		x.empty[found[1]] = true
		labels := x.labels(found[1])
		for l := range strings.SplitSeq(found[2], ",") {
			labels[l] = make(map[string]bool)
		}
	}
	return x, nil
}

func (x *exposed) labels(name string) map[string]map[string]bool {
	if x.series[name] == nil { // Prometheus adds these two at the scrape
		x.series[name] = map[string]map[string]bool{"instance": nil, "job": nil}
	}
	return x.series[name]
}

// kind returns what a series is: counter, gauge, or, for the parts of one, histogram or summary.
func (x *exposed) kind(series string) string {
	if k := x.kinds[series]; k != "" {
		return k
	}
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(series, part); ok && (x.kinds[base] == "histogram" || x.kinds[base] == "summary") {
			return x.kinds[base]
		}
	}
	if x.empty[series] && strings.HasSuffix(series, "_total") {
		return "counter"
	}
	return ""
}

// shape is what an expression yields: numbers, or series with these labels.
type shape struct {
	scalar bool
	ranged bool
	labels []string // sorted
	bucket string   // the metric whose quantile this is
}

func (s shape) has(label string) bool { return slices.Contains(s.labels, label) }

// check says everything that is wrong with a query, and what it yields.
func (x *exposed) check(q *query) (shape, error) {
	switch {
	case q.op == "number" || q.op == "string":
		return shape{scalar: true}, nil
	case q.op == "selector":
		return x.checkSelector(q)
	case q.op == "call":
		return x.checkCall(q)
	case aggregates[q.op]:
		return x.checkAggregation(q)
	}
	return x.checkOperation(q)
}

func (x *exposed) checkSelector(q *query) (shape, error) {
	if q.name == "up" {
		return shape{labels: []string{"instance", "job"}}, nil
	}
	labels, ok := x.series[q.name]
	if !ok {
		return shape{}, fmt.Errorf("%s: the node exposes no such metric", q.name)
	}
	var errs []error
	for _, m := range q.matchers {
		values, ok := labels[m.label]
		if !ok {
			errs = append(errs, fmt.Errorf("%s has no label %s; it has %v", q.name, m.label, slices.Sorted(maps.Keys(labels))))
		}
		if values == nil || x.empty[q.name] {
			continue // the scrape says it, or nobody has yet
		}
		for one := range strings.SplitSeq(m.value, "|") {
			if !values[one] {
				errs = append(errs, fmt.Errorf("%s is never %s=%q; it is one of %v", q.name, m.label, one, slices.Sorted(maps.Keys(values))))
			}
		}
	}
	return shape{ranged: q.span != "", labels: slices.Sorted(maps.Keys(labels))}, errors.Join(errs...)
}

func (x *exposed) checkCall(q *query) (shape, error) {
	if q.name == "time" && len(q.args) == 0 {
		return shape{scalar: true}, nil
	}
	var shapes []shape
	var errs []error
	for _, a := range q.args {
		s, err := x.check(a)
		shapes, errs = append(shapes, s), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return shape{}, err
	}
	ranged := func(kinds ...string) (shape, error) {
		if len(shapes) == 0 || !shapes[0].ranged {
			return shape{}, fmt.Errorf("%s: want a range, as in metric[5m]", q.name)
		}
		if k := x.kind(q.args[0].name); !slices.Contains(kinds, k) {
			return shape{}, fmt.Errorf("%s of %s, which is a %s; want a %s", q.name, q.args[0].name, k, strings.Join(kinds, " or "))
		}
		return shape{labels: shapes[0].labels}, nil
	}
	switch q.name {
	case "rate", "increase":
		return ranged("counter", "histogram", "summary")
	case "predict_linear":
		return ranged("gauge")
	case "clamp_min":
		if len(shapes) != 2 || !shapes[1].scalar {
			return shape{}, errors.New("clamp_min: want series and a number")
		}
		return shapes[0], nil
	case "histogram_quantile":
		if len(shapes) != 2 || !shapes[1].has("le") {
			return shape{}, errors.New("histogram_quantile: want a quantile and series with the label le")
		}
		var of string
		q.args[1].each(func(in *query) {
			if in.op == "selector" {
				of = in.name
			}
		})
		if base, ok := strings.CutSuffix(of, "_bucket"); !ok || x.kinds[base] != "histogram" {
			return shape{}, fmt.Errorf("histogram_quantile of %s, which are no buckets", of)
		}
		return shape{bucket: of, labels: slices.DeleteFunc(slices.Clone(shapes[1].labels), func(l string) bool { return l == "le" })}, nil
	}
	return shape{}, fmt.Errorf("%s: a function that this test does not know; teach it", q.name)
}

func (x *exposed) checkAggregation(q *query) (shape, error) {
	if len(q.args) != 1 {
		return shape{}, fmt.Errorf("%s: want one argument", q.op)
	}
	in, err := x.check(q.args[0])
	if err != nil {
		return shape{}, err
	}
	if in.scalar || in.ranged {
		return shape{}, fmt.Errorf("%s: want series, each with one value", q.op)
	}
	for _, l := range q.by {
		if !in.has(l) {
			return shape{}, fmt.Errorf("%s by %s: there is no such label; there are %v", q.op, l, in.labels)
		}
	}
	out := slices.Sorted(slices.Values(q.by))
	if q.without {
		out = slices.DeleteFunc(slices.Clone(in.labels), func(l string) bool { return slices.Contains(q.by, l) })
	}
	return shape{labels: out}, nil
}

func (x *exposed) checkOperation(q *query) (shape, error) {
	left, lerr := x.check(q.args[0])
	right, rerr := x.check(q.args[1])
	if err := errors.Join(lerr, rerr); err != nil {
		return shape{}, err
	}
	if left.ranged || right.ranged {
		return shape{}, fmt.Errorf("%s: a range is no operand", q.op)
	}
	if left.bucket != "" && strings.ContainsAny(q.op, "<>") && q.args[1].op == "number" && !x.series[left.bucket]["le"][q.args[1].name] {
		return shape{}, fmt.Errorf("a quantile of %s against %s: no bucket ends there, so the comparison is a guess; the ends are %v",
			left.bucket, q.args[1].name, slices.Sorted(maps.Keys(x.series[left.bucket]["le"])))
	}
	switch {
	case left.scalar:
		return right, nil
	case right.scalar || q.op == "or":
		return left, nil
	case !slices.Equal(left.labels, right.labels):
		return shape{}, fmt.Errorf("%s: the sides have labels %v and %v, so nothing matches", q.op, left.labels, right.labels)
	}
	return left, nil
}
