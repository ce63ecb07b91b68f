package engine

import (
	"strings"
	"testing"

	"liveroom/engine/live"
)

func TestWhatASeatIsShownIsMasked(t *testing.T) {
	a := live.Alarm{Kind: live.AlarmHandover, Text: "我的电话13812345678转人工", Viewers: live.Absent, Sold: live.Absent}
	frame := string(appendAlarm(nil, &a))
	if strings.Contains(frame, "13812345678") || !strings.Contains(frame, "转人工") || !strings.Contains(a.Text, "13812345678") {
		t.Errorf("%s is shown, and the alarm is now %+v", frame, a)
	}
}
