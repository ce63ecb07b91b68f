package engine

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"

	"github.com/emmansun/gmsm/sm3"

	"liveroom/engine/live"
)

// sessions makes session ids and knows its own again after a restart: an id is 96 random bits and an SM3-HMAC over them
// and the link's identity, so that nobody can resume what was not theirs and nothing needs to be stored.
type sessions struct{ key []byte }

const (
	sessionRandom = 12 // bytes
	sessionProof  = 12 // bytes
)

// newID makes a session id for a link.
func (s sessions) newID(l *live.Link) live.SessionID {
	var random [sessionRandom]byte
	rand.Read(random[:])
	return s.id(random[:], l)
}

func (s sessions) id(random []byte, l *live.Link) live.SessionID {
	mac := hmac.New(sm3.New, s.key)
	for _, part := range []string{"session", l.Role.String(), string(l.Shop), string(l.Room), string(l.User)} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	mac.Write(random)
	return live.SessionID(base64.RawURLEncoding.EncodeToString(append(random[:sessionRandom:sessionRandom], mac.Sum(nil)[:sessionProof]...)))
}

// owns tells whether the id was made for a link of the same identity.
func (s sessions) owns(id live.SessionID, l *live.Link) bool {
	raw, err := base64.RawURLEncoding.DecodeString(string(id))
	if err != nil || len(raw) != sessionRandom+sessionProof {
		return false
	}
	return hmac.Equal([]byte(s.id(raw[:sessionRandom], l)), []byte(id))
}
