package live

// Counts are a room's live numbers, one immutable version of them. A number not known is Absent.
type Counts struct {
	Room    RoomID
	Version uint64 // grows with every change
	Viewers int64
	Sold    int64
	At      int64 // the sender's time of the latest update, Unix milliseconds
	Seen    int64 // when it reached us, Unix milliseconds
	// ViewersSeen and SoldSeen say when each figure reached us, Unix milliseconds: one may be told without the other, and
	// is then fresh alone. 0 when the figure is Absent.
	ViewersSeen, SoldSeen int64
}

// StockLevel is what one warehouse holds of one SKU.
type StockLevel struct {
	SKU       SKU
	Warehouse string // "" when the figure is for all warehouses together
	OnHand    int64
	Reserved  int64 // what reservations hold, "" for what no one warehouse covers
	At        int64 // the sender's time, Unix milliseconds
	Seen      int64 // when it reached us, Unix milliseconds
}

// ProductStock is the stock of one product, one immutable version of it, published by the shop's ledger.
type ProductStock struct {
	Product ProductID
	Version uint64
	Levels  []StockLevel // by SKU, then warehouse
}
