package dialogue

import "liveroom/engine/live"

// HandsOver returns why a person is to take the dialogue over, "" when none is.
func (s *Say) HandsOver() live.Reason {
	switch {
	case s.Topic == "handover":
		return live.BecauseUnclear
	case s.Topic == "order_noted":
		return live.BecauseOrder
	case s.Topic == "" && s.Reading.Intent == live.IntentHuman:
		return live.BecauseAsked
	}
	return ""
}
