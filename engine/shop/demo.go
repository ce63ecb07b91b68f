package shop

import (
	_ "embed"
	"fmt"
	"sync"
)

//go:embed demo.yaml
var demoFile []byte

var demo = sync.OnceValue(func() *Catalogue {
	c, err := ParseCatalogue(demoFile)
	if err != nil {
		panic(fmt.Sprintf("the embedded demo shop: %v", err)) // a test parses it
	}
	return c
})

// Demo returns the demo shop: shop demo, room demo, six products with link numbers 1 to 6, the first SKU of product N being
// DEMO-N.
func Demo() *Catalogue { return demo() }

// DemoFile returns the demo shop's file, a commented example of the format.
func DemoFile() []byte { return append([]byte(nil), demoFile...) }
