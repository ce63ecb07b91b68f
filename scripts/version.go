package scripts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// versionOf names what a set says, the library's texts and the shop's own: equal names mean equal texts under equal scripts.
func versionOf(s *set) string {
	h := sha256.New()
	write := func(text string) {
		var size [8]byte
		binary.LittleEndian.PutUint64(size[:], uint64(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
	for _, script := range s.scripts {
		write(script.name)
		write(script.file)
		for i := range script.cases {
			for _, t := range script.cases[i].texts {
				write(t.source)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// Version names the set in force, library and own scripts together; unlike Status it never waits.
func (b *Book) Version() string { return b.set.Load().version }
