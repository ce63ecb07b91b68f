package shop

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

var formats = []document.Format{document.YAML, document.JSON, document.CSV}

func TestDemoComesBackInEveryFormat(t *testing.T) {
	for _, format := range formats {
		file, err := Export(format, Demo())
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(format, file)
		if err != nil {
			t.Fatalf("%s: %v\n%s", format, err, file)
		}
		if !reflect.DeepEqual(got, Demo()) {
			t.Errorf("%s: the demo shop came back as another", format)
		}
	}
}

// anyFile draws a file that is valid.
func anyFile(t *rapid.T) *catalogueFile {
	n := 0
	id := func() string {
		n++
		return rapid.StringMatching(`[a-z|=\\0-9é界"#:-]{1,4}`).Draw(t, "id") + fmt.Sprint("_", n)
	}
	awkward := rapid.RuneFrom([]rune(" |=\\\"',#:-[]{}&*!%@`~/.0123yesno\u2028\u00a0\U0001f600"))
	text := func() string {
		n++
		return rapid.StringOfN(rapid.OneOf(awkward, rapid.RuneFrom([]rune("好的棉，。"))), 0, 30, -1).Draw(t, "text") + fmt.Sprint("字", n)
	}
	maybe := func(do func()) {
		if rapid.Bool().Draw(t, "maybe") {
			do()
		}
	}
	some := func(most int, do func()) {
		for range rapid.IntRange(0, most).Draw(t, "some") {
			do()
		}
	}
	sentences := func() map[string]string {
		var all map[string]string
		some(2, func() {
			if all == nil {
				all = map[string]string{}
			}
			all[live.Intent(rapid.IntRange(1, live.Intents).Draw(t, "intent")).String()] = text()
		})
		return all
	}
	f := &catalogueFile{Shop: id(), Attributes: sentences()}
	maybe(func() { f.Title = text() })
	some(2, func() {
		f.Warehouses = append(f.Warehouses, warehouseFile{id(), text(), rapid.IntRange(0, 23).Draw(t, "hour")})
	})
	for range rapid.IntRange(1, 3).Draw(t, "products") {
		p := productFile{ID: id(), Name: text(), Attributes: sentences(), Instalment: rapid.IntRange(0, 36).Draw(t, "months")}
		maybe(func() { p.Category = text() })
		maybe(func() { p.Promotion = text() })
		maybe(func() { n++; p.Link = n })
		some(2, func() { p.Aliases = append(p.Aliases, text()) })
		some(2, func() { p.Gifts = append(p.Gifts, text()) })
		some(2, func() { p.Certificates = append(p.Certificates, text()) })
		some(2, func() { p.Competitors = append(p.Competitors, competitorFile{text(), text()}) })
		some(2, func() {
			p.Promotions = append(p.Promotions, promotionFile{text(), "2026-11-11 20:00", "2026-11-11T22:00:00+08:00"})
		})
		some(1, func() { p.Promotions = append(p.Promotions, promotionFile{Text: text(), Until: "2026-11-11 20:00"}) })
		for _, other := range f.Products {
			maybe(func() { p.Cross = append(p.Cross, other.ID) })
		}
		for range rapid.IntRange(1, 3).Draw(t, "variants") {
			v := variantFile{SKU: id(), Size: text(), PriceFen: rapid.Int64Range(1, maxPriceFen).Draw(t, "price")}
			maybe(func() { v.Color = text() })
			p.Variants = append(p.Variants, v)
			maybe(func() { p.SizeChart = append(p.SizeChart, sizeFile{Size: v.Size, Kg: []float64{0, 55.5}}) })
		}
		maybe(func() {
			if len(p.SizeChart) > 0 {
				p.SizeChart[0].Kg, p.SizeChart[0].Cm = []float64{40, 0}, []float64{150, 170.25}
			}
		})
		f.Products = append(f.Products, p)
	}
	some(2, func() {
		r := roomFile{ID: id()}
		maybe(func() { r.Title = text() })
		maybe(func() { r.Links = map[string]int{f.Products[0].ID: rapid.IntRange(1, maxLink).Draw(t, "link")} })
		f.Rooms = append(f.Rooms, r)
	})
	return f
}

func TestAnyCatalogueComesBackInEveryFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFile(t)
		for _, format := range formats {
			file, err := Export(format, f.catalogue())
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(format, file)
			if err != nil {
				t.Fatalf("%s: %v\n%s", format, err, file)
			}
			if !reflect.DeepEqual(got.file, f) {
				t.Fatalf("%s: %+v came back as %+v\n%s", format, f, got.file, file)
			}
		}
	})
}

const header = "row,id,name,link,sku,size,color,price_fen,size_chart,promotions,competitors,cross,ship_by,links,attribute.material\n"

func TestSheetListsEveryProblemWithRowAndColumn(t *testing.T) {
	shop := header + "shop,s,店\n"
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"no shop", header + ",p,杯,1,A,,,100\n", []string{"row 1: no row says the shop"}},
		{"nothing", "", []string{"the file is empty"}},
		{"header alone", "id,sku\n", []string{"row 1: no row says the shop", "row 1, column products: is 0"}},
		{"unknown column", "row,id,name,sku,colour,attribute.x,price_fen\nshop,s\n,p,杯,A,,,1\n", []string{
			"row 1, column colour: unknown column", "row 1, column attribute.x: unknown column",
		}},
		{"kinds", shop + "rom,r\nwarehouse,w,仓,,A\nshop,t\n,p,杯,1,A,,,100,,,,,9\n", []string{
			`row 3, column row: "rom" is no kind`, "row 4, column sku: a warehouse has no such thing", "row 5, column row: the shop is told in row 2",
			"row 6, column ship_by: a SKU has no such thing",
		}},
		{"numbers", shop + "warehouse,w,仓,,,,,,,,,,x\n,p,杯,1,A,,,1.5\n,p,,,B,,红,0\n", []string{
			"row 3, column ship_by: \"x\" is no whole number", "row 4, column price_fen: \"1.5\" is no whole number", "row 5, column price_fen: is 0",
		}},
		{"rows differ", shop + ",p,杯,1,A,,,100\n,q,碗,1,C,,,1\n,p,杯子,2,B,,红,100\n", []string{
			"row 4, column link: link \"1\" is taken by row 3, column link", "row 5, column name: differs from row 3", "row 5, column link: differs from row 3",
		}},
		{"same look", shop + ",p,杯,1,A,L,,100\n,p,,,B,L,,100\n", []string{"row 4: has the size and colour of row 3"}},
		{"sku twice", shop + ",p,杯,1,A,L,,100\n,p,,,A,M,,100\n", []string{`row 4, column sku: sku "A" is taken by row 3, column sku`}},
		{"cells", shop + ",p,杯,1,A,L,,100,L=50kg,20:00=减,京东,q\n", []string{
			`row 3, column competitors: "京东" is not of the form`, `row 3, column promotions: "20:00" is no window`,
			`row 3, column size_chart: "50kg" does not say`, `row 3, column cross: there is no product "q"`,
		}},
		{"spans", shop + ",p,杯,1,A,L,,100,L=60-50kg NaN-1cm|M=1-2kg\n", []string{
			"row 3, column size_chart: begins at 60", "row 3, column size_chart: is [NaN, 1]", `row 3, column size_chart: the product has no size "M"`,
		}},
		{"product on a later row", shop + ",p,,,A,L,,100\n,p,杯,1000,B,M,,100\n", []string{"row 4, column link: is 1000"}},
		{"links", shop + "room,r,,,,,,,,,,,,p=0|q=2|p=x\n,p,杯,1,A,,,100\n", []string{
			"row 3, column links: product \"p\" stands twice", "row 3, column links: \"x\" is no whole number",
		}},
		{"too long a row", shop + ",p,杯,1,A,,,100,,,,,,,棉,,x\n", []string{"row 3: has 17 cells; the header has 15"}},
		{"no id", shop + ",,杯,1,A,,,100\n,p,碗,2,B,,,1\n", []string{"row 3, column id: missing"}},
	} {
		_, err := Parse(document.CSV, []byte(c.file))
		var problems *CatalogueError
		if !errors.As(err, &problems) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			continue
		}
		if len(problems.Problems) != len(c.want) {
			t.Errorf("%s: got %d problems, want %d: %v", c.name, len(problems.Problems), len(c.want), err)
			continue
		}
		for i, p := range problems.Problems {
			if !strings.HasPrefix(p.String(), c.want[i]) {
				t.Errorf("%s: problem %d is %q, want %q", c.name, i, p, c.want[i])
			}
		}
	}
}

// sheetOf returns a sheet of that many products.
func sheetOf(products int, price func(i int) string) []byte {
	var b strings.Builder
	b.WriteString("row,id,name,sku,price_fen\nshop,s,店,,\n")
	for i := range products {
		fmt.Fprintf(&b, "sku,p%d,商品%d,SKU-%d,%s\n", i, i, i, price(i))
	}
	return []byte(b.String())
}

func TestOneBadRowOfFiveThousand(t *testing.T) {
	good := func(int) string { return "100" }
	if c, err := Parse(document.CSV, sheetOf(5000, good)); err != nil || len(c.Products()) != 5000 {
		t.Fatalf("a good file: %v", err)
	}
	_, err := Parse(document.CSV, sheetOf(5000, func(i int) string {
		if i == 3141 {
			return "-1"
		}
		return "100"
	}))
	var problems *CatalogueError
	if !errors.As(err, &problems) || len(problems.Problems) != 1 || !strings.HasPrefix(problems.Problems[0].String(), "row 3144, column price_fen: is -1") {
		t.Fatalf("one bad row: %v", err)
	}
	_, err = Parse(document.CSV, sheetOf(5000, func(int) string { return "free" }))
	if !errors.As(err, &problems) || len(problems.Problems) != 5000 {
		t.Fatalf("all rows bad: %d problems, want every one", len(problems.Problems))
	}
}

func TestNewFieldsAreChecked(t *testing.T) {
	for _, c := range []struct{ add, want string }{
		{"size_chart: [{size: L, kg: [50]}]", "products[0].size_chart[0].kg: has 1 numbers"},
		{"size_chart: [{size: L, kg: [.nan, 5]}]", "is [NaN, 5]"},
		{"size_chart: [{size: L, kg: [0, 400]}]", "is [0, 400]"},
		{"size_chart: [{size: L, kg: [0, 0]}]", "is open at both ends"},
		{"size_chart: [{size: L}]", "says of nobody"},
		{"size_chart: [{size: XXL, kg: [1, 2]}]", `no size "XXL"`},
		{"size_chart: [{size: L, kg: [1, 2]}, {size: L, kg: [2, 3]}]", `size "L" is taken`},
		{"size_chart: [{size: L, kg: 50}]", "a wrong kind of value"},
		{"size_chart: [{size: L, kg: [a, b]}]", "a wrong kind of value; expected a number"},
		{"promotions: [{text: 减}]", "has no window"},
		{"promotions: [{text: 减, from: tomorrow}]", `"tomorrow" is no time`},
		{"promotions: [{text: 减, from: '1970-01-01 00:00'}]", "not between the years"},
		{"promotions: [{text: 减, from: '2026-11-11 20:00', until: 2026-11-11T20:00:00+08:00}]", "is not after from"},
		{"promotions: [{from: '2026-11-11 20:00'}]", "text: missing"},
		{"certificates: ['']", "certificates[0]: missing"},
		{"competitors: [{name: 京东, facts: a}, {name: 京 东, facts: b}]", `competitor "京东" is taken`},
		{"competitors: [{name: 京东}]", "facts: missing"},
		{"cross: [p]", "offers the product itself"},
		{"cross: [x]", `there is no product "x"`},
	} {
		file := strings.Replace(small, "link: 1\n", "link: 1\n    "+c.add+"\n", 1)
		if _, err := ParseCatalogue([]byte(file)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "line 9: ") {
			t.Errorf("%s: got %v, want %s", c.add, err, c.want)
		}
	}
	for _, c := range []struct{ links, want string }{
		{"{x: 1}", `there is no product "x"`}, {"{p: 0}", "is 0; it must be from 1"}, {"{p: 1, x: 1}", `link "1" is taken`},
	} {
		file := strings.Replace(small, "{id: r}", "{id: r, links: "+c.links+"}", 1)
		if _, err := ParseCatalogue([]byte(file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("links %s: got %v, want %s", c.links, err, c.want)
		}
	}
}

func FuzzParseSheet(f *testing.F) {
	if demo, err := Export(document.CSV, Demo()); err == nil {
		f.Add(demo)
	}
	f.Add([]byte(header + "shop,s\n,p,杯,1,A,L,,1,L=1-2kg,/2026-11-11 20:00=x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := Parse(document.CSV, file)
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v, %v", c, err)
		}
		if c == nil {
			return
		}
		again, err := Export(document.CSV, c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(document.CSV, again)
		if err != nil || !reflect.DeepEqual(back.file, c.file) {
			t.Fatalf("%+v came back as %+v (%v)\n%s", c.file, back, err, again)
		}
	})
}
