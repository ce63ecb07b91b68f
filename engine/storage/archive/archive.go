// Package archive is the file of a backup: frames one after the other, and their sum in the end. It knows nothing of sealing, nor
// of databases; the file is the same whichever one it came from and goes to:
//
//	"liveroom backup 1\n"
//	frames: kind, 1 byte; length, uvarint; that many bytes
//	  T  a table: its name, then the names of its columns, each a string (uvarint length, bytes)
//	  R  a row of it: for each column a tag, 1 byte, and a value: 0 NULL; 1 integer, varint; 2 bytes, a string; 3 text, a string
//	  F  a file of the data folder: its name and permissions (uvarint), and C pieces of it, sealed
//	  E  the end: SM3 of everything before this frame
//
// Rows are as they stand in the tables, sealed; files are sealed under a key of the backup's own, which is among its rows.
// The place of a piece is table "backup", its number in the file from 0, and the file's name.
package archive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/emmansun/gmsm/sm3"
)

// magic is how an archive begins.
const magic = "liveroom backup 1\n"

// The kinds of frames.
const (
	Table = 'T'
	Row   = 'R'
	File  = 'F'
	Piece = 'C'
	end   = 'E'
)

const (
	// the tags of values
	null       = 0
	integer    = 1
	octets     = 2
	characters = 3

	maxFrame = 1 << 30 // a block is far smaller
)

// ErrCorrupt means that a file is no whole backup.
var ErrCorrupt = errors.New("not a whole backup")

// Writer writes frames, and remembers their sum.
type Writer struct {
	out *bufio.Writer
	sum hash.Hash
	buf []byte
}

// NewWriter begins an archive.
func NewWriter(w io.Writer) (*Writer, error) {
	a := &Writer{out: bufio.NewWriterSize(w, 1<<20), sum: sm3.New()}
	return a, a.raw([]byte(magic))
}

func (a *Writer) raw(b []byte) error {
	a.sum.Write(b)
	_, err := a.out.Write(b)
	return err
}

// Frame writes one frame.
func (a *Writer) Frame(kind byte, payload []byte) error {
	if err := a.raw(binary.AppendUvarint([]byte{kind}, uint64(len(payload)))); err != nil {
		return err
	}
	return a.raw(payload)
}

// Table begins a table.
func (a *Writer) Table(name string, columns []string) error {
	a.buf = AppendText(a.buf[:0], name)
	for _, c := range columns {
		a.buf = AppendText(a.buf, c)
	}
	return a.Frame(Table, a.buf)
}

// Row writes a row; its values are nil, int64, []byte or string.
func (a *Writer) Row(values []any) error {
	a.buf = a.buf[:0]
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			a.buf = append(a.buf, null)
		case int64:
			a.buf = binary.AppendVarint(append(a.buf, integer), v)
		case []byte:
			a.buf = AppendText(append(a.buf, octets), string(v))
		case string:
			a.buf = AppendText(append(a.buf, characters), v)
		default:
			return fmt.Errorf("a value of type %T in a row", v)
		}
	}
	return a.Frame(Row, a.buf)
}

// End writes the sum.
func (a *Writer) End() error {
	if err := a.Frame(end, a.sum.Sum(nil)); err != nil {
		return err
	}
	return a.out.Flush()
}

// AppendText appends a string as it stands in a payload.
func AppendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Reader reads frames. The error of whatever is not as it was written is ErrCorrupt.
type Reader struct {
	in  *bufio.Reader
	sum hash.Hash
	buf []byte
}

// NewReader begins to read an archive.
func NewReader(r io.Reader) (*Reader, error) {
	a := &Reader{in: bufio.NewReaderSize(r, 1<<20), sum: sm3.New()}
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(a.in, head); err != nil || string(head) != magic {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrCorrupt)
	}
	a.sum.Write(head)
	return a, nil
}

// Next returns the next frame, valid until the following call; io.EOF after a whole backup.
func (a *Reader) Next() (kind byte, payload []byte, err error) {
	before := a.sum.Sum(nil)
	kind, err = a.in.ReadByte()
	if err != nil {
		return 0, nil, fmt.Errorf("%w: it is cut short", ErrCorrupt)
	}
	n, err := binary.ReadUvarint(a.in)
	if err != nil || n > maxFrame {
		return 0, nil, fmt.Errorf("%w: a frame has no length", ErrCorrupt)
	}
	if uint64(cap(a.buf)) < n {
		// What a broken length asks for is not taken on trust.
		a.buf = make([]byte, 0, min(n, 1<<20))
	}
	a.buf = a.buf[:0]
	for uint64(len(a.buf)) < n {
		from := len(a.buf)
		a.buf = append(a.buf, make([]byte, min(n-uint64(from), 1<<20))...)
		if _, err := io.ReadFull(a.in, a.buf[from:]); err != nil {
			return 0, nil, fmt.Errorf("%w: it is cut short", ErrCorrupt)
		}
	}
	if kind == end {
		if string(a.buf) != string(before) {
			return 0, nil, fmt.Errorf("%w: its sum is wrong", ErrCorrupt)
		}
		if _, err := a.in.ReadByte(); !errors.Is(err, io.EOF) {
			return 0, nil, fmt.Errorf("%w: something follows its end", ErrCorrupt)
		}
		return kind, nil, io.EOF
	}
	a.sum.Write(binary.AppendUvarint([]byte{kind}, n))
	a.sum.Write(a.buf)
	return kind, a.buf, nil
}

// Texts splits a payload of strings.
func Texts(payload []byte) (all []string, err error) {
	for len(payload) > 0 {
		var s string
		if s, payload, err = Text(payload); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Text splits the first string off a payload.
func Text(payload []byte) (s string, rest []byte, err error) {
	n, size := binary.Uvarint(payload)
	if size <= 0 || n > uint64(len(payload)-size) {
		return "", nil, fmt.Errorf("%w: a string is cut short", ErrCorrupt)
	}
	return string(payload[size : size+int(n)]), payload[size+int(n):], nil
}

// Values splits the payload of a row.
func Values(payload []byte) (all []any, err error) {
	for len(payload) > 0 {
		tag := payload[0]
		payload = payload[1:]
		switch tag {
		case null:
			all = append(all, nil)
		case integer:
			n, size := binary.Varint(payload)
			if size <= 0 {
				return nil, fmt.Errorf("%w: a number is cut short", ErrCorrupt)
			}
			all, payload = append(all, n), payload[size:]
		case octets, characters:
			var s string
			if s, payload, err = Text(payload); err != nil {
				return nil, err
			}
			if tag == octets {
				all = append(all, []byte(s))
			} else {
				all = append(all, s)
			}
		default:
			return nil, fmt.Errorf("%w: a value of kind %d", ErrCorrupt, tag)
		}
	}
	return all, nil
}
