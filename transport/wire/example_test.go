package wire_test

import (
	"fmt"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// What a link says becomes events and faults.
func ExampleDecode() {
	now := time.UnixMilli(1_790_000_000_000)
	payload := `[{"type":"comment","id":"1","room":"demo","user":"u1","text":"有货吗","at":1790000000000},
		{"type":"comment","id":2,"room":"demo","user":"u1","text":"有货吗","at":1790000000000}]`
	for _, in := range wire.Decode([]byte(payload), now, nil) {
		switch in.Kind {
		case wire.KindEvent:
			fmt.Println(in.Event.Type, in.Event.ID, in.Event.Text)
		case wire.KindFault:
			fmt.Println(in.Fault)
		}
	}
	// Output:
	// comment 1 有货吗
	// bad_field: id: the number 2; put it in quotes, as in "id":"2" (object 2 of the array)
}

// A client writes an event and frames it for the TCP port.
func ExampleAppendEvent() {
	e := &live.Event{Type: live.StockUpdate, SKU: "DEMO-3", Available: 37, At: 1_790_000_000_000}
	payload := wire.AppendEvent(nil, e)
	fmt.Printf("%s\n", payload)
	fmt.Println(len(wire.AppendFrame(nil, payload)) - len(payload))
	// Output:
	// {"type":"stock","sku":"DEMO-3","available":37,"at":1790000000000}
	// 4
}
