package engine

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"liveroom/engine/live"
)

// sessions makes session ids and knows its own again after a restart: an id is 96 random bits and an SM3-HMAC over them
// and the link's identity, so that nobody can resume what was not theirs and nothing needs to be stored. The key is the
// one that signs tokens; ids made with an older one are known as long as that one is.
type sessions struct {
	each func(now time.Time, use func(key []byte) bool) // the keys in force, the signing one first
}

const (
	sessionRandom = 12 // bytes
	sessionProof  = 12 // bytes
)

// newID makes a session id for a link.
func (s sessions) newID(l *live.Link) (id live.SessionID) {
	var random [sessionRandom]byte
	rand.Read(random[:])
	s.each(time.Now(), func(key []byte) bool {
		id = sessionID(key, random[:], l)
		return false
	})
	return id
}

func sessionID(key, random []byte, l *live.Link) live.SessionID {
	mac := hmac.New(sm3.New, key)
	for _, part := range []string{"session", l.Role.String(), string(l.Shop), string(l.Room), string(l.User)} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	mac.Write(random)
	return live.SessionID(base64.RawURLEncoding.EncodeToString(append(random[:sessionRandom:sessionRandom], mac.Sum(nil)[:sessionProof]...)))
}

// owns tells whether the id was made for a link of the same identity.
func (s sessions) owns(id live.SessionID, l *live.Link) (own bool) {
	raw, err := base64.RawURLEncoding.DecodeString(string(id))
	if err != nil || len(raw) != sessionRandom+sessionProof {
		return false
	}
	s.each(time.Now(), func(key []byte) bool {
		own = hmac.Equal([]byte(sessionID(key, raw[:sessionRandom], l)), []byte(id))
		return !own
	})
	return own
}
