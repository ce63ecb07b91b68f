package audit

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/emmansun/gmsm/sm3"
)

// Hash is an SM3 of a record.
type Hash [sm3.Size]byte

// String returns the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ChainID tells the chain of one node from every other's.
type ChainID [16]byte

// String returns the id in hexadecimal.
func (c ChainID) String() string { return hex.EncodeToString(c[:]) }

// Result says what came of an act.
type Result uint8

// The results.
const (
	Intended Result = iota + 1 // about to be done; another record tells the result
	Done                       // done
	Failed                     // tried and failed; Detail says why
	Unknown                    // the node stopped before the result was written
	Noted                      // asked for; the result is told nowhere, or it is a fact and no act
)

var resultNames = [...]string{Intended: "intended", Done: "done", Failed: "failed", Unknown: "unknown", Noted: "noted"}

// String returns the result's name, "" for none.
func (r Result) String() string {
	if int(r) < len(resultNames) {
		return resultNames[r]
	}
	return ""
}

// ParseResult returns the result with the given name, or 0.
func ParseResult(name string) Result {
	for r := Intended; int(r) < len(resultNames); r++ {
		if resultNames[r] == name {
			return r
		}
	}
	return 0
}

// Record is one entry of the log.
type Record struct {
	Chain  ChainID
	Seq    uint64 // from 1, without gaps
	At     int64  // Unix milliseconds
	Of     uint64 // of a result, the intention's Seq; else 0
	Result Result
	Who    string // who acted: an account, a seat, or the log itself
	Act    string // what was done, a word such as room.mode
	On     string // to what
	From   string // from where: an address
	Detail string
	Prev   Hash // of the record before; zero in the first
}

// Limits in bytes.
const (
	maxField  = 1024 // of who, act, on and from
	maxDetail = 4096
	maxBody   = bodyFixed + 4*maxField + maxDetail
	bodyFixed = 1 + 16 + 8 + 8 + 8 + 1 + 5*2 + sm3.Size // a body of empty texts

	bodyVersion = 1
)

// hashLabel keeps hashes of records apart from every other SM3.
const hashLabel = "liveroom audit record 1\n"

// hashOf returns the hash of a record's body.
func hashOf(body []byte) (h Hash) {
	d := sm3.New()
	d.Write([]byte(hashLabel))
	d.Write(body)
	d.Sum(h[:0])
	return h
}

// texts returns the text fields in the order of the encoding, with the longest each may be.
func (r *Record) texts() [5]struct {
	text *string
	most int
} {
	return [...]struct {
		text *string
		most int
	}{{&r.Who, maxField}, {&r.Act, maxField}, {&r.On, maxField}, {&r.From, maxField}, {&r.Detail, maxDetail}}
}

// tidy makes every text one that can be written: UTF-8, and not too long.
func (r *Record) tidy() {
	for _, f := range r.texts() {
		*f.text = clip(strings.ToValidUTF8(*f.text, "\uFFFD"), f.most)
	}
}

const clipped = "…"

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = s[:most-len(clipped)]
	for !utf8.ValidString(s) { // a rune was cut
		s = s[:len(s)-1]
	}
	return s + clipped
}

// appendBody appends the one encoding of the record, which must be tidy.
func (r *Record) appendBody(dst []byte) []byte {
	dst = append(append(dst, bodyVersion), r.Chain[:]...)
	dst = binary.BigEndian.AppendUint64(dst, r.Seq)
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.At))
	dst = binary.BigEndian.AppendUint64(dst, r.Of)
	dst = append(dst, byte(r.Result))
	for _, f := range r.texts() {
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(*f.text)))
		dst = append(dst, *f.text...)
	}
	return append(dst, r.Prev[:]...)
}

// decodeBody reads what appendBody wrote; anything else is ErrCorrupt.
func decodeBody(body []byte) (r Record, err error) {
	if len(body) < bodyFixed || len(body) > maxBody {
		return r, fmt.Errorf("%w: body of %d bytes", ErrCorrupt, len(body))
	}
	if body[0] != bodyVersion {
		return r, fmt.Errorf("%w: version %d, want %d", ErrCorrupt, body[0], bodyVersion)
	}
	rest := body[1+copy(r.Chain[:], body[1:]):]
	r.Seq = binary.BigEndian.Uint64(rest)
	r.At = int64(binary.BigEndian.Uint64(rest[8:]))
	r.Of = binary.BigEndian.Uint64(rest[16:])
	r.Result = Result(rest[24])
	if r.Result.String() == "" {
		return r, fmt.Errorf("%w: result %d", ErrCorrupt, r.Result)
	}
	rest = rest[25:]
	for _, f := range r.texts() {
		if len(rest) < 2 {
			return r, fmt.Errorf("%w: cut short", ErrCorrupt)
		}
		n := int(binary.BigEndian.Uint16(rest))
		rest = rest[2:]
		if n > f.most || n > len(rest) || !utf8.Valid(rest[:n]) {
			return r, fmt.Errorf("%w: a text of %d bytes", ErrCorrupt, n)
		}
		*f.text, rest = string(rest[:n]), rest[n:]
	}
	if len(rest) != sm3.Size {
		return r, fmt.Errorf("%w: %d bytes after the texts, want %d", ErrCorrupt, len(rest), sm3.Size)
	}
	copy(r.Prev[:], rest)
	return r, nil
}
