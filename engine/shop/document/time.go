package document

import (
	"fmt"
	"time"
)

// shopTime is the zone of times that name none: the shop's, as for the hours of warehouses.
var shopTime = time.FixedZone("", 8*60*60)

// ParseTime reads a moment in Unix milliseconds: 2026-11-11 20:00 in shop time, or RFC 3339 with its own zone. "" is 0.
func ParseTime(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", text, shopTime)
	if err != nil {
		if t, err = time.Parse(time.RFC3339, text); err != nil {
			return 0, fmt.Errorf("%q is no time; write it as 2026-11-11 20:00 (shop time) or 2026-11-11T20:00:00+08:00", Clip(text))
		}
	}
	if t.Year() < 2000 || t.Year() > 2100 {
		return 0, fmt.Errorf("%q is not between the years 2000 and 2100", Clip(text))
	}
	return t.UnixMilli(), nil
}

// FormatTime writes a moment as ParseTime reads it, in shop time; 0 is "".
func FormatTime(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(shopTime).Format(time.RFC3339Nano)
}
