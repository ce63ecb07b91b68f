package engine

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// misfit says in the words of who writes a configuration why value cannot be that of a setting: what is there, and what is
// wanted. It returns nil where it can be. A value is what YAML makes of it, or text from the environment or a flag.
func misfit(setting reflect.Type, value any) error {
	want, fits := wanted(setting)
	if value == nil || fits(value) { // nothing written leaves the default
		return nil
	}
	return fmt.Errorf("has %s, want %s", written(value), want)
}

// wanted returns what a value of the type looks like, in words, and what tells whether one does.
func wanted(setting reflect.Type) (string, func(any) bool) {
	if setting == reflect.TypeFor[time.Duration]() {
		return "a duration like 800ms", func(v any) bool {
			text, ok := v.(string)
			_, err := time.ParseDuration(text)
			return ok && err == nil
		}
	}
	switch setting.Kind() {
	case reflect.Bool:
		return "true or false", isBool
	case reflect.Int, reflect.Int64:
		return "a whole number", func(v any) bool { return isWhole(v, setting.Bits()) }
	case reflect.Float64:
		return "a number", isNumber
	case reflect.Slice:
		return "a list of texts, or a text with commas between them", isTexts
	case reflect.String:
		return "a text, in quotes where it looks like something else", isText
	}
	return setting.String(), func(any) bool { return true } // decoding judges
}

func isBool(v any) bool {
	switch v := v.(type) {
	case bool:
		return true
	case int:
		return v == 0 || v == 1
	case string:
		_, err := strconv.ParseBool(v)
		return err == nil
	}
	return false
}

func isWhole(v any, bits int) bool {
	switch v := v.(type) {
	case int, int64:
		return true
	case float64: // 1e6
		return v == math.Trunc(v) && math.Abs(v) < 1<<53
	case string:
		_, err := strconv.ParseInt(v, 0, bits)
		return err == nil
	}
	return false
}

func isNumber(v any) bool {
	switch v := v.(type) {
	case int, int64, float64:
		return true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return false
}

func isText(v any) bool {
	switch v.(type) {
	case string, int, int64, float64:
		return true
	}
	return false
}

func isTexts(v any) bool {
	list, ok := v.([]any)
	if !ok {
		return isText(v)
	}
	for _, one := range list {
		if !isText(one) {
			return false
		}
	}
	return true
}

// written describes a value as who wrote it sees it. A text is quoted in part: a setting of text never comes here with one.
func written(v any) string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return "nothing"
		}
		if runes := []rune(v); len(runes) > 40 {
			v = string(runes[:40]) + "…"
		}
		return strconv.Quote(v)
	case bool:
		return "the word " + strconv.FormatBool(v)
	case []any:
		for _, one := range v {
			if !isText(one) {
				return "a list with " + written(one) + " in it"
			}
		}
		return "a list"
	case map[string]any:
		return "settings below it"
	case nil:
		return "nothing"
	}
	return fmt.Sprintf("the number %v", v)
}

// misplaced says what is amiss with a name in a file that is no key: a setting that was given settings below it, a section
// that was given a value, or else an unknown key. It returns nil for a section with nothing in it.
func misplaced(keys []Key, name string, value any) error {
	for _, k := range keys {
		if strings.HasPrefix(name, k.Name+".") {
			want, _ := wanted(k.Value.Type())
			return fmt.Errorf("%s has settings below it, %s, want %s", k.Name, strings.TrimPrefix(name, k.Name+"."), want)
		}
	}
	for _, k := range keys {
		if strings.HasPrefix(k.Name, name+".") {
			if value == nil {
				return nil
			}
			return fmt.Errorf("%s has %s, want settings below it, such as %s", name, written(value), k.Name)
		}
	}
	return fmt.Errorf("unknown key %s, did you mean %s?", name, nearest(keys, name))
}
