package entity_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp/entity"
)

// frozen is the SHA-256 of testdata/entities.jsonl. The rules are never tuned on its lines, which is why no test prints one.
const frozen = "94a585f5104f7b6de78feff158f810806c1260c17d6d7f4eee888b99528d07f1"

// leastF1 is what the frozen lines must reach overall.
const leastF1 = 0.95

func TestFrozenLines(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "entities.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	if got := hex.EncodeToString(sum[:]); got != frozen {
		t.Errorf("testdata/entities.jsonl has SHA-256 %s, want %s: the test must not change", got, frozen)
	}
}

// TestEntityF1 measures exact span, kind, norm and unit on both files; testdata/README.md tells how they are compared.
// With -v it prints the figures, and what is wrong in the development file alone.
func TestEntityF1(t *testing.T) {
	c, ids := annotatedShop(t)
	measure(t, "entities_dev.jsonl", c, ids, true)
	if f1 := measure(t, "entities.jsonl", c, ids, false); f1 < leastF1 {
		t.Errorf("F1 on the frozen lines is %.4f, want at least %.2f", f1, leastF1)
	}
}

// mark is one entity as it is compared.
type mark struct {
	kind, norm, unit string
	start, end       int
}

type annotatedLine struct {
	Text     string
	Entities []struct {
		Kind, Value, Norm, Unit string
		Start, End              int
	}
}

// score counts marks that are right, found and wanted.
type score struct{ right, found, wanted int }

func (s score) precision() float64 { return float64(s.right) / float64(max(s.found, 1)) }
func (s score) recall() float64    { return float64(s.right) / float64(max(s.wanted, 1)) }
func (s score) f1() float64        { return 2 * float64(s.right) / float64(max(s.found+s.wanted, 1)) }

func measure(t *testing.T, file string, c *entity.Catalogue, ids map[string]string, tell bool) float64 {
	t.Helper()
	kinds, lines, exact := map[string]*score{}, 0, 0
	of := func(kind string) *score {
		if kinds[kind] == nil {
			kinds[kind] = &score{}
		}
		return kinds[kind]
	}
	for _, line := range annotated(t, file) {
		want, got := wanted(&line, ids), extracted(line.Text, c)
		for _, m := range want {
			of(m.kind).wanted++
		}
		for _, m := range got {
			of(m.kind).found++
			if slices.Contains(want, m) {
				of(m.kind).right++
			}
		}
		lines++
		if slices.Equal(got, want) {
			exact++
		} else if tell {
			t.Logf("%s\n got  %v\n want %v", line.Text, got, want)
		}
	}
	var all score
	names := make([]string, 0, len(kinds))
	for name, s := range kinds {
		names = append(names, name)
		all = score{all.right + s.right, all.found + s.found, all.wanted + s.wanted}
	}
	slices.Sort(names)
	t.Logf("%s: %d of %d lines without a fault", file, exact, lines)
	for _, name := range append(names, "all") {
		s := &all
		if name != "all" {
			s = kinds[name]
		}
		t.Logf("%-11s wanted %3d  precision %.3f  recall %.3f  F1 %.4f", name, s.wanted, s.precision(), s.recall(), s.f1())
	}
	return all.f1()
}

func annotated(t *testing.T, file string) []annotatedLine {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []annotatedLine
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var line annotatedLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%s: line %d: %v", file, len(out)+1, err)
		}
		out = append(out, line)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// annotatedShop returns the catalogue of the annotated lines, and the ids of its products by name.
func annotatedShop(t *testing.T) (*entity.Catalogue, map[string]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "entities_catalogue.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID, Name string
		Aliases  []string
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	products := make([]live.Product, 0, len(list))
	for _, p := range list {
		ids[p.Name] = p.ID
		products = append(products, live.Product{ID: live.ProductID(p.ID), Name: p.Name, Aliases: p.Aliases})
	}
	return entity.NewCatalogue(products), ids
}

// wanted translates the annotation of a line into the package's own names.
func wanted(line *annotatedLine, ids map[string]string) []mark {
	out := make([]mark, 0, len(line.Entities))
	for _, e := range line.Entities {
		m := mark{e.Kind, e.Norm, e.Unit, e.Start, e.End}
		switch {
		case e.Kind == entity.Product && e.Unit == "product":
			m.norm = ids[e.Norm]
		case e.Kind == entity.Competitor:
			m.norm = rivalOf(e.Norm)
		}
		out = append(out, alike(m))
	}
	return out
}

func extracted(text string, c *entity.Catalogue) []mark {
	found := entity.Extract(text, c)
	out := make([]mark, 0, len(found))
	for _, e := range found {
		out = append(out, alike(mark{e.Kind, e.Norm, e.Unit, e.Start, e.End}))
	}
	return out
}

// alike writes what may be named in two ways in one.
func alike(m mark) mark {
	switch m.kind {
	case entity.Date:
		m.norm, m.unit = "", ""
	case entity.Color:
		m.norm = strings.TrimSuffix(m.norm, "色")
	case entity.Size:
		if word, ok := strings.CutSuffix(m.norm, "号"); ok {
			m.norm = word + "码"
		}
		if xs := strings.TrimRight(m.norm, "L"); len(xs) > 1 && len(m.norm) == len(xs)+1 && strings.Trim(xs, "X") == "" {
			m.norm = strconv.Itoa(len(xs)) + "XL"
		}
	}
	return m
}

// rivals are the nicknames that the package writes as one.
var rivals = map[string]string{
	"某宝": "淘宝", "桃宝": "淘宝", "掏宝": "淘宝", "淘bao": "淘宝", "tb": "淘宝", "tao宝": "淘宝", "TB": "淘宝", "taobao": "淘宝",
	"某猫": "天猫", "tmall": "天猫", "天猫超市": "天猫", "猫超": "天猫",
	"某东": "京东", "狗东": "京东", "jd": "京东", "JD": "京东", "东子": "京东", "京东自营": "京东", "精东": "京东",
	"拼夕夕": "拼多多", "并夕夕": "拼多多", "pdd": "拼多多", "PDD": "拼多多", "拼西西": "拼多多", "拼刀刀": "拼多多", "pxx": "拼多多", "拼嘻嘻": "拼多多", "某多多": "拼多多", "某多": "拼多多", "多多": "拼多多",
	"某音": "抖音", "dy": "抖音", "DY": "抖音", "斗音": "抖音", "douyin": "抖音", "dou音": "抖音",
	"某手": "快手", "ks": "快手", "小红薯": "小红书", "xhs": "小红书", "某书": "小红书", "红薯": "小红书", "咸鱼": "闲鱼", "1688": "阿里巴巴",
	"vip": "唯品会", "某品会": "唯品会", "山姆超市": "山姆", "山姆会员店": "山姆", "得物app": "得物", "开市客": "costco", "Costco": "costco",
	"uniqlo": "优衣库", "UNIQLO": "优衣库", "muji": "无印良品", "MUJI": "无印良品", "zara": "ZARA", "Zara": "ZARA", "hm": "H&M", "HM": "H&M", "h&m": "H&M",
	"nike": "耐克", "Nike": "耐克", "adidas": "阿迪达斯", "阿迪": "阿迪达斯", "dyson": "戴森", "lululemon": "露露乐蒙", "小鹅通": "小鹅通",
}

// rivalOf names a rival in the package's way.
func rivalOf(name string) string {
	if r, ok := rivals[name]; ok {
		return r
	}
	for _, prefix := range []string{"隔壁", "别家", "别人家", "别的", "其他", "其它", "另一家", "对面", "对家"} {
		if strings.HasPrefix(name, prefix) {
			return "别家"
		}
	}
	return name
}
