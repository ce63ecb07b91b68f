package wire

import "liveroom/engine/live"

// AppendAlarm appends what the seats of a room are shown: of kind host what the room asks, of kind suggest an answer for
// a person to give, of kind handover a dialogue for a person to take, of kind line what
// a user wrote in one that a person has. Fields that say nothing are left out; a host's alarm always has its list of topics.
func AppendAlarm(dst []byte, a *live.Alarm) []byte {
	dst = append(dst, `{"type":"alarm"`...)
	dst = appendField(dst, `,"kind":`, string(a.Kind))
	dst = appendField(dst, `,"room":`, string(a.Room))
	dst = appendInt(dst, `,"at":`, a.At)
	if a.Kind == live.AlarmHost {
		dst = append(dst, `,"top":[`...)
		for i := range a.Top {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendTopic(dst, &a.Top[i])
		}
		dst = append(dst, ']')
	}
	dst = appendKnown(dst, `,"viewers":`, a.Viewers)
	dst = appendKnown(dst, `,"sold":`, a.Sold)
	dst = appendOptional(dst, `,"dialogue":`, string(a.Dialogue))
	dst = appendOptional(dst, `,"text":`, a.Text)
	dst = appendOptional(dst, `,"to":`, string(a.To))
	dst = appendOptional(dst, `,"reason":`, string(a.Reason))
	dst = appendOptional(dst, `,"scope":`, a.Scope.String())
	return append(dst, '}')
}

func appendTopic(dst []byte, t *live.AlarmTopic) []byte {
	dst = appendField(dst, `{"intent":`, t.Intent.String())
	dst = appendOptional(dst, `,"product":`, string(t.Product))
	if t.Link > 0 {
		dst = appendInt(dst, `,"link":`, int64(t.Link))
	}
	dst = appendInt(dst, `,"count":`, t.Count)
	if dst = appendKnown(dst, `,"stock":`, t.Stock); t.Stock != live.Absent {
		dst = appendInt(dst, `,"age_ms":`, t.AgeMs)
	}
	return append(dst, '}')
}

// appendKnown appends a figure unless it is live.Absent.
func appendKnown(dst []byte, name string, n int64) []byte {
	if n == live.Absent {
		return dst
	}
	return appendInt(dst, name, n)
}
