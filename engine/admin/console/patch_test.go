package console

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// merge applies a patch as RFC 7396 tells: the plain version that judges difference.
func merge(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok {
		t = map[string]any{}
	}
	t = maps.Clone(t)
	for k, v := range p {
		if v == nil {
			delete(t, k)
		} else {
			t[k] = merge(t[k], v)
		}
	}
	return t
}

// drawn is any JSON without null, which views never hold.
func drawn(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(rapid.Map(rapid.Float64Range(-9, 9), func(f float64) any { return f }), rapid.Map(rapid.StringN(0, 3, 8), func(s string) any { return s }))
	if depth == 0 {
		return leaf
	}
	key := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	object := rapid.Map(rapid.MapOfN(key, drawn(depth-1), 0, 4), func(m map[string]any) any { return m })
	list := rapid.Map(rapid.SliceOfN(drawn(depth-1), 0, 3), func(l []any) any { return l })
	return rapid.OneOf(leaf, object, list)
}

func TestDifferenceMakesNextOfBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), drawn(2), 0, 3), func(m map[string]any) any { return m })
		before, next := object.Draw(t, "before"), object.Draw(t, "next")
		patch, changed := difference(before, next)
		if changed == reflect.DeepEqual(before, next) {
			t.Fatalf("difference says that it is another: %v", changed)
		}
		if !changed {
			return
		}
		b, err := json.Marshal(patch)
		if err != nil {
			t.Fatal(err)
		}
		var sent any
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
		if got := merge(before, sent); !reflect.DeepEqual(got, next) {
			t.Fatalf("%s makes %v of %v, want %v", b, got, before, next)
		}
	})
}

func TestDifferenceIsSmall(t *testing.T) {
	before := map[string]any{"a": 1.0, "b": map[string]any{"c": 1.0, "d": "x"}, "gone": true}
	next := map[string]any{"a": 1.0, "b": map[string]any{"c": 2.0, "d": "x"}}
	patch, _ := difference(before, next)
	if want := map[string]any{"b": map[string]any{"c": 2.0}, "gone": nil}; !reflect.DeepEqual(patch, want) {
		t.Errorf("difference = %v, want %v", patch, want)
	}
}
