package engine

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestConfigDoc keeps config.md equal to the comments and defaults of the configuration.
func TestConfigDoc(t *testing.T) {
	comments := fieldComments(t, "config.go", "admin", "audit", "storage", "../actors", "../nlp", "../scripts", "../transport", "../transport/front")
	cfg := Default()
	var b strings.Builder
	b.WriteString("# Settings\n\nEvery setting has a key, a YAML path in the file given by `--config`, and an environment variable.\n" +
		"Flags (`--set key=value`) go before the environment, the environment before the file, the file before the\n" +
		"defaults. A variable with `_FILE` appended names a file that holds the value. `liveroom print-config` shows what\n" +
		"is in force and why.\n")
	section := ""
	typeOf := sectionTypes(reflect.TypeOf(cfg), "")
	for _, k := range cfg.Keys() {
		part, _, _ := strings.Cut(k.Name, ".")
		if part != section {
			section = part
			fmt.Fprintf(&b, "\n## %s\n", part)
		}
		comment := comments[typeOf[k.Name]]
		if comment == "" {
			t.Errorf("%s: its field has no comment", k.Name)
		}
		fmt.Fprintf(&b, "\n### %s\n\n`%s`, default `%v`. %s\n", k.Name, k.Env(), k.Value, comment)
	}
	if os.Getenv("LIVEROOM_GOLDEN") != "" {
		if err := os.WriteFile("config.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != ConfigDoc {
		t.Error("config.md is not what the comments say; run the test with LIVEROOM_GOLDEN=1")
	}
}

// sectionTypes maps each key to package.Type.Field.
func sectionTypes(t reflect.Type, prefix string) map[string]string {
	all := make(map[string]string)
	for i := range t.NumField() {
		f := t.Field(i)
		name := prefix + snake(f.Name)
		if f.Type.Kind() == reflect.Struct {
			for k, v := range sectionTypes(f.Type, name+".") {
				all[k] = v
			}
			continue
		}
		all[name] = filepath.Base(t.PkgPath()) + "." + t.Name() + "." + f.Name
	}
	return all
}

// fieldComments reads the comments of struct fields from source, by package.Type.Field.
func fieldComments(t *testing.T, places ...string) map[string]string {
	all := make(map[string]string)
	for _, place := range places {
		files := []string{place}
		if !strings.HasSuffix(place, ".go") {
			files, _ = filepath.Glob(filepath.Join(place, "*.go"))
		}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				if s, ok := spec.Type.(*ast.StructType); ok {
					addComments(all, parsed.Name.Name+"."+spec.Name.Name, s)
				}
				return true
			})
		}
	}
	return all
}

func addComments(all map[string]string, owner string, s *ast.StructType) {
	text := ""
	for _, f := range s.Fields.List {
		if own := f.Doc.Text() + f.Comment.Text(); own != "" {
			text = own // else the comment of the field before speaks of both
		}
		for _, name := range f.Names {
			all[owner+"."+name.Name] = strings.Join(strings.Fields(text), " ")
		}
	}
}
