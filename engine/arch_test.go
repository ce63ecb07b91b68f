package engine

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is who may import whom within the module: a package may import its own subfolders, and what stands here
// by longest prefix. "engine" may import everything but commands.
var mayImport = map[string][]string{
	"engine/cmd":            {"engine", "loadtest", "transport", "nlp"},
	"loadtest/cmd":          {"loadtest", "engine/live", "transport/wire"},
	"engine":                {"engine", "actors", "transport", "nlp", "scripts"},
	"engine/live":           {},
	"engine/files":          {},
	"engine/heat":           {"engine/live", "engine/files"},
	"engine/labels":         {"engine/live"},
	"engine/access":         {"engine/files", "engine/live", "transport/wire/token"},
	"engine/admin":          {"engine/live"},
	"engine/admin/console":  {"engine/live", "engine/admin/web"},
	"engine/audit":          {"engine/live"},
	"engine/shop":           {"engine/live"},
	"engine/shop/knowledge": {"engine/live", "engine/shop/document"},
	"engine/privacy":        {"engine/live"},
	"engine/storage":        {"engine/live"},
	"actors":                {"engine/live"},
	"nlp":                   {"engine/live"},
	"nlp/onnx":              {"engine/live", "nlp"},
	"nlp/nlptest":           {"engine/live", "nlp"},
	"nlp/eval":              {"engine/live", "nlp"},
	"scripts":               {"engine/live"},
	"transport":             {"engine/live", "transport/wire"},
	"transport/wire":        {"engine/live"},
	"loadtest":              {"engine/live", "transport/wire"},
	"loadtest/loadtesttest": {"engine/live", "transport/wire", "loadtest"},
}

// home is where each framework stays.
var home = map[string][]string{
	"github.com/panjf2000/gnet":         {"transport", "loadtest"},
	"github.com/asynkron/protoactor-go": {"actors"},
	"github.com/dgraph-io/ristretto":    {"scripts", "nlp"},
	"github.com/yalue/onnxruntime_go":   {"nlp/onnx"},
	"modernc.org/sqlite":                {"engine/storage"},
	"github.com/jackc/pgx":              {"engine/storage"},
	"github.com/pressly/goose":          {"engine/storage"},
}

func TestImportsPointDown(t *testing.T) {
	eachGoFile(t, func(file, dir string, imports []string) {
		for _, path := range imports {
			inside, ours := strings.CutPrefix(path, "liveroom/")
			if ours && !allowed(dir, inside) {
				t.Errorf("%s imports %s, which %s may not", file, path, dir)
			}
			for framework, homes := range home {
				if strings.HasPrefix(path, framework) && !slices.ContainsFunc(homes, func(h string) bool { return under(dir, h) }) {
					t.Errorf("%s imports %s, which stays in %v", file, path, homes)
				}
			}
		}
	})
}

func allowed(dir, target string) bool {
	if under(target, dir) {
		return true // own subfolders
	}
	owner := dir
	if part, _, deep := strings.Cut(dir, "/"); deep && part != "engine" && under(target, part) && target != part {
		return true // within one part
	}
	for {
		if list, ok := mayImport[owner]; ok {
			return slices.ContainsFunc(list, func(p string) bool {
				return under(target, p) && !strings.Contains(target, "/cmd/")
			})
		}
		parent := filepath.Dir(owner)
		if parent == owner || parent == "." {
			return false
		}
		owner = parent
	}
}

func under(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

// TestEveryPackageHasAComment asks each package for one.
func TestEveryPackageHasAComment(t *testing.T) {
	seen := make(map[string]bool)
	eachParsed(t, func(file, dir string, doc bool) {
		seen[dir] = seen[dir] || doc
	})
	for dir, ok := range seen {
		if !ok {
			t.Errorf("package in %s has no comment", dir)
		}
	}
}

func eachGoFile(t *testing.T, do func(file, dir string, imports []string)) {
	walk(t, func(file, dir string) {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		var imports []string
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			imports = append(imports, path)
		}
		do(file, dir, imports)
	})
}

func eachParsed(t *testing.T, do func(file, dir string, doc bool)) {
	walk(t, func(file, dir string) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		do(file, dir, f.Doc != nil)
	})
}

// walk calls do for every Go file of the module, with paths relative to its root.
func walk(t *testing.T, do func(file, dir string)) {
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "bin" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			do(path, filepath.Dir(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
