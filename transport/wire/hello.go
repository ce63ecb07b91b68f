package wire

import "liveroom/engine/live"

// hello makes a Hello from the tokens of an object. It runs once per link.
func (d *decoder) hello() Inbound {
	if v, ok := d.whole(d.tokens[fV]); !ok || v != Version {
		return d.fault(live.BadField, fV, d.seen(d.tokens[fV])+`; this server speaks "v":1`)
	}
	h := &Hello{V: Version}
	switch h.Role = live.ParseRole(d.textOf(d.tokens[fRole])); h.Role {
	case live.Ingest, live.Viewer, live.Seat:
	default:
		return d.fault(live.BadField, fRole, d.seen(d.tokens[fRole])+"; the role is ingest, viewer or seat")
	}
	t := d.tokens[fToken]
	h.Token = d.textOf(t)
	switch {
	case t.kind != str:
		return d.fault(live.BadField, fToken, d.seen(t)+"; send the token as a string")
	case h.Token == "":
		return d.fault(live.BadField, fToken, "empty; send the token that liveroom token made")
	case len(h.Token) > MaxToken:
		return d.fault(live.BadField, fToken, number(int64(len(h.Token)))+" bytes long; a token has at most "+number(MaxToken))
	}
	if t := d.tokens[fOutcomes]; t.given() {
		if t.kind != yes && t.kind != no {
			return d.fault(live.BadField, fOutcomes, d.seen(t)+"; send true or false")
		}
		h.Outcomes = t.kind == yes
	}
	if t := d.tokens[fResume]; t.given() {
		r, fault := d.resume(t)
		if fault.Fault != nil {
			return fault
		}
		h.Resume = r
	}
	return Inbound{Kind: KindHello, Hello: h}
}

// resume reads the object inside a hello. The scanner has walked over it before, so it is well formed.
func (d *decoder) resume(t token) (*Resume, Inbound) {
	if t.kind != object {
		return nil, d.fault(live.BadField, fResume, d.seen(t)+`; send an object, as in "resume":{"session":"…","after":"…"}`)
	}
	var inner [fieldsEnd]token
	again := scanner{b: d.b[:t.end], i: int(t.start)}
	again.fields(fieldOf, inner[:], 1)
	session, after := inner[fSession], inner[fAfter]
	r := &Resume{Session: live.SessionID(d.textOf(session)), After: d.textOf(after)}
	idOf := idRule(fSession, true)
	if session.kind != str {
		return nil, d.fault(live.BadField, fSession, d.seen(session)+"; name the session to resume as a string, as welcome named it")
	}
	if hint := checkString(&idOf, string(r.Session)); hint != "" {
		return nil, d.fault(live.BadField, fSession, hint)
	}
	if after.given() && after.kind != str {
		return nil, d.fault(live.BadField, fAfter, d.seen(after)+"; send the id of the last reply that arrived as a string, or leave it out")
	}
	if r.After != "" {
		if hint := checkString(&idOf, r.After); hint != "" {
			return nil, d.fault(live.BadField, fAfter, hint)
		}
	}
	return r, Inbound{}
}
