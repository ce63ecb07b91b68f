package document

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Format is how a file is written.
type Format string

// The formats.
const (
	YAML Format = "yaml"
	JSON Format = "json" // the shape of the YAML form
	CSV  Format = "csv"  // UTF-8, with a header; a byte order mark is accepted
)

// MaxBytes is the largest file that is read.
const MaxBytes = 8 << 20

// ParseFormat returns the format with the given name.
func ParseFormat(name string) (Format, error) {
	switch f := Format(strings.ToLower(name)); f {
	case YAML, JSON, CSV:
		return f, nil
	case "yml":
		return YAML, nil
	}
	return "", fmt.Errorf("%q is no format; name one of yaml, json, csv", name)
}

// FormatOf returns the format that a file's name ends in.
func FormatOf(path string) (Format, error) {
	f, err := ParseFormat(strings.TrimPrefix(filepath.Ext(path), "."))
	if err != nil {
		return "", fmt.Errorf("%s: the name tells no format; let it end in .yaml, .json or .csv, or name the format", path)
	}
	return f, nil
}

// FormatOfType returns the format of an HTTP content type, YAML for one that names none of them.
func FormatOfType(contentType string) Format {
	mime, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch strings.TrimSpace(mime) {
	case "application/json":
		return JSON
	case "text/csv":
		return CSV
	}
	return YAML
}

// Type returns the format's HTTP content type.
func (f Format) Type() string {
	switch f {
	case JSON:
		return "application/json"
	case CSV:
		return "text/csv; charset=utf-8"
	}
	return "application/yaml"
}
