package codec

import (
	"fmt"

	"github.com/klauspost/compress/s2"
)

// document is the mark of a document's first form.
const document = 1

// MostDocument is how many bytes the body of a document may have.
const MostDocument = 256 << 20

// AppendDocument appends a document as it is sealed: its form (1 byte), its name and who kept it as strings, then its body in
// the block format of Snappy.
func AppendDocument(dst []byte, name, author string, body []byte) []byte {
	dst = append(dst, document)
	dst = appendString(dst, name)
	dst = appendString(dst, author)
	return append(dst, s2.EncodeSnappy(nil, body)...)
}

// Document is the inverse of AppendDocument. The error is ErrCorrupt.
func Document(encoded []byte) (name, author string, body []byte, err error) {
	bad := func(why any) (string, string, []byte, error) {
		return "", "", nil, fmt.Errorf("document: %v: %w", why, ErrCorrupt)
	}
	if len(encoded) == 0 || encoded[0] != document {
		return bad("a form that this liveroom does not know")
	}
	c := cursor{rest: encoded[1:]}
	name, author = c.text(), c.text()
	if c.bad {
		return bad("cut short")
	}
	n, err := s2.DecodedLen(c.rest)
	if err != nil {
		return bad(err)
	}
	if n > MostDocument {
		return bad(fmt.Sprintf("%d bytes, at most %d", n, MostDocument))
	}
	if body, err = s2.Decode(nil, c.rest); err != nil {
		return bad(err)
	}
	return name, author, body, nil
}
