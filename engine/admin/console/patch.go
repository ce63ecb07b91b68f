package console

import (
	"encoding/json"
	"reflect"
)

// tree returns a value as JSON sees it: maps, slices, numbers, strings.
func tree(v any) (any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var t any
	err = json.Unmarshal(b, &t)
	return t, err
}

// difference returns the JSON merge patch (RFC 7396) that makes next of before, and whether there is any: of objects only
// the fields that changed, null for one that is gone, everything else whole.
func difference(before, next any) (patch any, changed bool) {
	b, ok1 := before.(map[string]any)
	n, ok2 := next.(map[string]any)
	if !ok1 || !ok2 {
		return next, !reflect.DeepEqual(before, next)
	}
	out := make(map[string]any)
	for k, v := range n {
		old, known := b[k]
		if !known {
			out[k] = v
		} else if p, changed := difference(old, v); changed {
			out[k] = p
		}
	}
	for k := range b {
		if _, still := n[k]; !still {
			out[k] = nil
		}
	}
	return out, len(out) > 0
}
