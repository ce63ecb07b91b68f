package wire

import "liveroom/engine/live"

// setString puts a string of the wire where it belongs in an event.
func setString(e *live.Event, f field, s string) {
	switch f {
	case fID:
		e.ID = live.EventID(s)
	case fShop:
		e.Shop = live.ShopID(s)
	case fRoom:
		e.Room = live.RoomID(s)
	case fUser:
		e.User = live.UserID(s)
	case fText:
		e.Text = s
	case fName:
		e.Name = s
	case fSKU:
		e.SKU = live.SKU(s)
	case fWarehouse:
		e.Warehouse = s
	case fDialogue:
		e.Dialogue = live.DialogueID(s)
	case fNote:
		e.Note = s
	}
}

func getString(e *live.Event, f field) string {
	switch f {
	case fID:
		return string(e.ID)
	case fShop:
		return string(e.Shop)
	case fRoom:
		return string(e.Room)
	case fUser:
		return string(e.User)
	case fText:
		return e.Text
	case fName:
		return e.Name
	case fSKU:
		return string(e.SKU)
	case fWarehouse:
		return e.Warehouse
	case fDialogue:
		return string(e.Dialogue)
	case fNote:
		return e.Note
	}
	return ""
}

// numberAt returns where a number of the wire belongs in an event.
func numberAt(e *live.Event, f field) *int64 {
	switch f {
	case fAt:
		return &e.At
	case fLevel:
		return &e.Level
	case fCount:
		return &e.Count
	case fValueFen:
		return &e.ValueFen
	case fViewers:
		return &e.Viewers
	case fSold:
		return &e.Sold
	case fAvailable:
		return &e.Available
	case fQuantity:
		return &e.Quantity
	case fAmountFen:
		return &e.AmountFen
	}
	return &e.Score
}
