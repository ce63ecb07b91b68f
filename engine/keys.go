package engine

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// Key is one setting: its name, where its value came from and what it is.
type Key struct {
	Name   string // e.g. transport.tcp_addr
	Value  reflect.Value
	Source string // default, file, environment or flag
}

// Env returns the name of the environment variable that sets the key.
func (k Key) Env() string { return "LIVEROOM_" + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_")) }

// Keys returns every setting of c in the order of the fields.
func (c *Config) Keys() []Key { return keysOf(reflect.ValueOf(c).Elem(), "") }

func keysOf(v reflect.Value, prefix string) []Key {
	var keys []Key
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name := prefix + snake(field.Name)
		switch {
		case !field.IsExported() || !settable(field.Type):
		case field.Type.Kind() == reflect.Struct:
			keys = append(keys, keysOf(value, name+".")...)
		default:
			keys = append(keys, Key{Name: name, Value: value, Source: "default"})
		}
	}
	return keys
}

// settable tells whether a value of the type can be written in a configuration file. Functions, interfaces and pointers
// are for code that assembles parts.
func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Func, reflect.Interface, reflect.Pointer, reflect.Chan, reflect.Map:
		return false
	}
	return true
}

// snake turns a field name into a key: TCPAddr becomes tcp_addr.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		wordStarts := unicode.IsUpper(r) && i > 0 &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if wordStarts {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// nearest returns the key most like name, to help with a typing error.
func nearest(keys []Key, name string) string {
	best := slices.MinFunc(keys, func(a, b Key) int { return cmp.Compare(distance(a.Name, name), distance(b.Name, name)) })
	return best.Name
}

// distance is the Levenshtein distance of two short ASCII strings.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			substitute := diagonal
			if a[i-1] != b[j-1] {
				substitute++
			}
			diagonal = row[j]
			row[j] = min(substitute, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
