package scripts_test

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/scripts"
)

// shelf is an owner with one product on it.
type shelf struct{}

func (shelf) Stock(live.ShopID, live.ProductID) *live.ProductStock {
	return &live.ProductStock{Product: "cup", Version: 1}
}
func (shelf) Counts(live.RoomID) *live.Counts { return nil }
func (shelf) Total(*live.ProductStock, live.SKU) (pieces, at, seen int64, ok bool) {
	told := time.Date(2026, 11, 11, 11, 59, 0, 0, time.UTC).UnixMilli()
	return 3, told, told, true
}

func Example() {
	book, err := scripts.New(scripts.Default(), shelf{}, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		fmt.Println(err)
		return
	}
	line, err := book.Compose(scripts.Ask{
		Shop: "demo", User: live.UserKey{Room: "demo", User: "u2"}, Scope: live.Private,
		Reading: &live.Reading{Intent: live.IntentStock},
		Product: &live.Product{ID: "cup", Link: 3, Variants: []live.Variant{{SKU: "DEMO-3"}}},
		Now:     time.Date(2026, 11, 11, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(line.Text)
	fmt.Println(line.Script, line.Variant, line.Figures[0].Value, line.Figures[0].Age)
	// Output:
	// 亲，3号链接只剩3件了，喜欢的话抓紧拍哦～
	// stock low/1 3 1m0s
}
