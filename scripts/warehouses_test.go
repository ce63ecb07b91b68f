package scripts

import (
	"fmt"
	"testing"

	"liveroom/engine/live"
)

func TestByWarehouseTakesOffWhatIsReservedThere(t *testing.T) {
	held := func(warehouse string, onHand, reserved int64) live.StockLevel {
		return live.StockLevel{SKU: "D-S-B", Warehouse: warehouse, OnHand: onHand, Reserved: reserved, At: 5, Seen: 6}
	}
	other := live.StockLevel{SKU: "D-M-B", Warehouse: "beijing", OnHand: 3, Reserved: 1, At: 4, Seen: 6}
	for _, c := range []struct {
		name      string
		levels    []live.StockLevel
		offerable int64
		want      string
	}{
		{"nothing reserved", []live.StockLevel{held("beijing", 7, 0), held("hangzhou", 5, 0)}, 12, "beijing 7, hangzhou 5"},
		{"some reserved", []live.StockLevel{held("beijing", 7, 2), held("hangzhou", 5, 1)}, 9, "beijing 5, hangzhou 4"},
		{"all of one reserved", []live.StockLevel{held("beijing", 7, 7), held("hangzhou", 5, 1)}, 4, "hangzhou 4"},
		{"more reserved than there is", []live.StockLevel{held("beijing", 2, 7), held("hangzhou", 9, 0)}, 4, ""},
		{"reserved at no warehouse", []live.StockLevel{held("", live.Absent, 2), held("beijing", 7, 0)}, 5, ""},
		{"two SKUs", []live.StockLevel{held("beijing", 7, 2), held("hangzhou", 5, 1), other}, 11, "beijing 7, hangzhou 4"},
		{"everything reserved", []live.StockLevel{held("beijing", 7, 7)}, 0, ""},
	} {
		chosen := []*live.Variant{&dress.Variants[0], &dress.Variants[1]}
		got := ""
		for i, r := range byWarehouse(&live.ProductStock{Levels: c.levels}, chosen, c.offerable) {
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprintf("%s %d", r.name, r.n)
			if r.text != fmt.Sprint(r.n) {
				t.Errorf("%s: %d is said as %q", c.name, r.n, r.text)
			}
		}
		if got != c.want {
			t.Errorf("%s: by warehouse %q, want %q", c.name, got, c.want)
		}
	}
}
