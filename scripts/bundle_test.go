package scripts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bundleDir writes files into a directory of the test.
func bundleDir(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.TrimPrefix(text, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

const always = `
  - name: always
    texts: [你好]
`

// badFiles are single files that must not be loaded, and what is said about them.
var badFiles = []struct{ name, text, says string }{
	{"empty", "", "a.yaml:1: the file is empty"},
	{"only a comment", "# nothing\n", "the file is empty"},
	{"not YAML", "name: [\n", "not YAML"},
	{"not UTF-8", "name: \xff\xfe\n", "not YAML"},
	{"a list", "- name: x\n", "a.yaml:1: script must be a mapping with name"},
	{"two documents", "name: x\n---\nname: y\n", "a.yaml:2: a file holds one script"},
	{"anchor", "name: &a x\n", "a.yaml:1: anchors, aliases and merges are not allowed"},
	{"bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "anchors, aliases and merges are not allowed"},
	{"merge", "name: x\n<<: {scope: both}\n", "anchors, aliases and merges are not allowed"},
	{"tag", "name: !!binary eA==\n", "tag !!binary is not allowed"},
	{"deep", "name: " + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "\n", "nested deeper than 8"},
	{"wide", "name: [" + strings.Repeat("1,", 6000) + "1]\n", "more than 5000 values"},
	{"unknown field", "name: x\nintent: stock\n", `a.yaml:2: unknown field "intent" in script: there are name, intents`},
	{"field twice", "name: x\nname: y\n", `a.yaml:2: field "name" comes twice`},
	{"no name", "intents: [stock]\ncases:" + always, "a.yaml:1: name is missing"},
	{"bad name", "name: 库存\nintents: [stock]\ncases:" + always, `a.yaml:1: name "库存" must be a lower-case letter`},
	{"name is a list", "name: [x]\nintents: [stock]\ncases:" + always, "a.yaml:1: name must be a text"},
	{"answers nothing", "name: x\ncases:" + always, "script answers nothing"},
	{"unknown intent", "name: x\nintents: [stok]\ncases:" + always, `a.yaml:2: unknown intent "stok"`},
	{"intent twice", "name: x\nintents: [stock, stock]\ncases:" + always, `a.yaml:2: intent "stock" comes twice`},
	{"unknown topic", "name: x\ntopics: [clarfy]\ncases:" + always, `a.yaml:2: unknown topic "clarfy": there are [clarify`},
	{"scope", "name: x\nintents: [stock]\nscope: all\ncases:" + always, `a.yaml:3: scope is "all", want public, private or both`},
	{"about too long", "name: x\nintents: [stock]\nabout: 一二三四五六七八九十一二三\ncases:" + always, "a.yaml:3: about is"},
	{"limit", "name: x\nintents: [stock]\nlimit: 5000\ncases:" + always, `a.yaml:3: limit is "5000", want a number from 20 to 500`},
	{"max age", "name: x\nintents: [stock]\nmax_age: {stock: 5}\ncases:" + always, `a.yaml:3: max_age.stock is "5", want a duration`},
	{"max age of what", "name: x\nintents: [stock]\nmax_age: {price: 5s}\ncases:" + always, `unknown field "price" in max_age`},
	{"no cases", "name: x\nintents: [stock]\n", "a.yaml:1: cases are missing"},
	{"empty cases", "name: x\nintents: [stock]\ncases: []\n", "cases are empty"},
	{"cases are a text", "name: x\nintents: [stock]\ncases: 你好\n", "a.yaml:3: cases must be a list"},
	{"case without a name", "name: x\nintents: [stock]\ncases:\n  - texts: [你好]\n", "a.yaml:4: case has no name"},
	{"case without texts", "name: x\nintents: [stock]\ncases:\n  - name: y\n", `a.yaml:4: case "y" has no texts`},
	{"empty text", "name: x\nintents: [stock]\ncases:\n  - {name: y, texts: ['  ']}\n", "a.yaml:4: text is empty"},
	{
		"nothing always fits", "name: x\nintents: [stock]\ncases:\n  - {name: y, needs: [product], texts: ['{{.Item}}']}\n",
		`a.yaml:4: the last case, "y", has needs or conditions`,
	},
	{"never reached", "name: x\nintents: [stock]\ncases:\n  - {name: y, texts: [好]}" + always, `a.yaml:4: case "y" always fits, so no case after it is ever used`},
	{"unknown need", "name: x\nintents: [stock]\ncases:\n  - {name: y, needs: [stok], texts: [好]}" + always, `a.yaml:4: unknown need "stok": there are product`},
	{"need of a row", "name: x\nintents: [stock]\ncases:\n  - {name: y, needs: [''], texts: [好]}" + always, "a.yaml:4"},
	{"unknown attribute", "name: x\nintents: [stock]\ncases:\n  - {name: y, needs: ['attribute:x'], texts: [好]}" + always, `need "attribute:x"`},
	{"unknown condition", "name: x\nintents: [stock]\ncases:\n  - {name: y, when: [soldout], texts: [好]}" + always, `a.yaml:4: unknown condition "soldout": there are public`},
	{"low without the figure", "name: x\nintents: [stock]\ncases:\n  - {name: y, when: [low_stock], texts: [不多了]}" + always, "speaks of a figure that the reply must then say"},
	{
		"unsaid figure", "name: x\nintents: [stock]\ncases:\n  - {name: y, needs: [product, stock], texts: ['{{.Item}}有货']}" + always,
		`a.yaml:4: case "y", text 1: the case needs stock, so every way through the text must say it`,
	},
	{
		"unsaid choice", "name: x\nintents: [stock]\ncases:\n  - {name: y, needs: [product, choice], texts: ['{{.Item}}有货']}" + always,
		"the case needs choice, so every way through the text must say it",
	},
	{
		"unknown variable, block text", "name: x\nintents: [stock]\ncases:\n  - name: y\n    texts:\n      - |\n        你好{{- \"\" -}}\n        {{.Stok}}\n",
		`a.yaml:8: case "y", text 1: unknown variable .Stok`,
	},
	{"undeclared figure", "name: x\nintents: [stock]\ncases:\n  - {name: y, texts: ['还剩{{.Stock}}件']}\n", `add "stock" to the needs of the case`},
	{"too long", "name: x\nintents: [stock]\nlimit: 20\ncases:\n  - {name: y, texts: [一二三四五六七八九十一二三四五六七八九十一]}\n", "could be 21 characters long, the limit is 20"},
}

func TestBadFilesAreRefused(t *testing.T) {
	for _, c := range badFiles {
		t.Run(c.name, func(t *testing.T) {
			err := Check(Config{Dir: bundleDir(t, map[string]string{"a.yaml": c.text})})
			var bundle *BundleError
			if !errors.As(err, &bundle) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Check = %v, want a BundleError that says %q", err, c.says)
			}
		})
	}
}

func TestBadBundlesAreRefused(t *testing.T) {
	script := func(name, claims string) string { return "name: " + name + "\n" + claims + "\ncases:" + always }
	for _, c := range []struct {
		name  string
		files map[string]string
		says  string
	}{
		{"same name", map[string]string{"a.yaml": script("x", "intents: [stock]"), "b.yaml": script("x", "intents: [price]")}, `script "x" is already in a.yaml`},
		{"same intent", map[string]string{"a.yaml": script("x", "intents: [stock]"), "b.yaml": script("y", "intents: [stock]")}, `b.yaml:2: intent "stock" is already answered by a.yaml`},
		{"same topic", map[string]string{"a.yaml": script("x", "topics: [busy]"), "b.yaml": script("y", "topics: [busy]")}, `b.yaml:2: topic "busy" is already answered by a.yaml`},
		{"intent left alone", map[string]string{"a.yaml": script("price", "intents: [stock]")}, `no script answers intent "price" in private`},
		{"topic left alone", map[string]string{"a.yaml": script("busy", "topics: [welcome]\nscope: public")}, `no script answers topic "busy" in private`},
		{"too large", map[string]string{"a.yaml": strings.Repeat("# very long\n", 6000)}, "a.yaml: file is larger than 65536 bytes"},
		{"every problem at once", map[string]string{"a.yaml": "name: X\nscope: all\n", "b.yaml": "x: 1\n"}, "b.yaml:1: name is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Check(Config{Dir: bundleDir(t, c.files)})
			var bundle *BundleError
			if !errors.As(err, &bundle) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Check = %v, want a BundleError that says %q", err, c.says)
			}
		})
	}
}

func TestTooManyFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for i := range maxFiles + 1 {
		write(t, filepath.Join(dir, "f"+strings.Repeat("i", i%200)+string(rune('a'+i/200))+".yaml"), "name: x\n")
	}
	if err := Check(Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "more than 500 script files") {
		t.Errorf("Check = %v, want a refusal", err)
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	dir := bundleDir(t, map[string]string{"README.md": "not a script", ".stock.yaml.swp": "x", ".hidden.yaml": "x", "stock.yaml~": "x"})
	if err := os.Mkdir(filepath.Join(dir, "old.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Check(Config{Dir: dir}); err != nil {
		t.Errorf("Check = %v, want nil", err)
	}
}

func TestConfigValidate(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("Validate of defaults = %v", err)
	}
	bad := Config{Poll: 1, CacheEntries: -1, Limit: 5, MaxAge: MaxAge{Stock: 1, Viewers: -1, Sold: maxMaxAge + 1}, UTCOffset: "Mars"}
	err := bad.Validate()
	for _, key := range []string{"scripts.poll", "scripts.cache_entries", "scripts.limit", "scripts.max_age.stock", "scripts.max_age.viewers", "scripts.max_age.sold", "scripts.utc_offset"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("Validate = %v, want it to name %s", err, key)
		}
	}
	if _, err := New(bad, newOwners(), quiet(), nothing{}); err == nil {
		t.Error("New accepts what Validate refuses")
	}
}

func FuzzBundle(f *testing.F) {
	files, err := readFS(library, "library", false)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(file.text)
	}
	for _, c := range badFiles {
		f.Add([]byte(c.text))
	}
	words, problems := wordsOf(nil)
	if words == nil {
		f.Fatal(problems)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, problems := decode(file{name: "fuzz.yaml", text: text}, bundle{limit: 200, ages: Default().MaxAge, words: words})
		if len(problems) > 0 {
			return
		}
		for i := range s.cases {
			if len(s.cases[i].texts) == 0 {
				t.Errorf("case %q is accepted without texts", s.cases[i].name)
			}
		}
	})
}
