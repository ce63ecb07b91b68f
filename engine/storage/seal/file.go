package seal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// fileMagic begins a sealed file of lines. The rest of the first line: the master key that wraps the file's own key, and
// that key, wrapped.
const fileMagic = "liveroom sealed lines 1 "

// IsFile tells whether content is a sealed file, whole or not.
func IsFile(content []byte) bool { return bytes.HasPrefix(content, []byte(fileMagic)) }

// File seals a file line by line, so that lines can be appended: under a key of its own, wrapped under the master key with
// the file's name. A line opens in its own place in its own file alone, so none can be changed, moved, put in or taken out
// from between; an older whole file, or one whose last lines are missing, opens as what it was. Not for several goroutines.
type File struct {
	guarded
	name string
	aead *dataAEAD
	head []byte // the first line
	next uint64 // the number of the next line
}

// dataAEAD stands behind a pointer, so that no print of a File shows a key.
type dataAEAD struct {
	seal func(dst, nonce, plain, data []byte) []byte
	open func(dst, nonce, sealed, data []byte) ([]byte, error)
}

func fileLabel(name string) []byte { return []byte("liveroom file key " + name) }

func newFile(name string, key []byte) (*File, error) {
	aead, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	return &File{name: name, aead: &dataAEAD{aead.Seal, aead.Open}}, nil
}

// NewFile begins a file, under a new key.
func NewFile(ctx context.Context, service KeyService, name string) (*File, error) {
	key := make([]byte, KeyBytes)
	rand.Read(key)
	wrapped, master, err := service.Wrap(ctx, key, fileLabel(name))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", name, err)
	}
	f, err := newFile(name, key)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", name, err)
	}
	f.head = fmt.Appendf(nil, "%s%s %s\n", fileMagic, master, base64.StdEncoding.EncodeToString(wrapped))
	return f, nil
}

// Head returns the first line of the file, with its end.
func (f *File) Head() []byte { return f.head }

// Line seals the next line, and returns it with its end. No number is used twice under one key.
func (f *File) Line(plain []byte) []byte {
	nonce := lineNonce(f.next)
	f.next++
	sealed := f.aead.seal(nil, nonce, plain, []byte(f.name))
	return append(base64.StdEncoding.AppendEncode(nil, sealed), '\n')
}

func lineNonce(n uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, nonceBytes-8, nonceBytes), n)
}

// strict refuses text that is no encoding's own: bits left over at its end that are not 0.
var strict = base64.StdEncoding.Strict()

// OpenFile opens the lines of a sealed file. What follows the last end of a line was being written when the machine stopped,
// and is left out. The error is ErrWrongMaster when its master key is not at hand, and ErrCorrupt when it is not as it was
// written.
func OpenFile(ctx context.Context, service KeyService, name string, content []byte) (lines [][]byte, err error) {
	whole, _, _ := strings.Cut(string(content), "\n")
	fields := strings.Fields(strings.TrimPrefix(whole, fileMagic))
	if !IsFile(content) || len(fields) != 2 {
		return nil, fmt.Errorf("%s: %w: it does not begin as a sealed file does", name, ErrCorrupt)
	}
	wrapped, err := strict.DecodeString(fields[1])
	if err != nil {
		return nil, fmt.Errorf("%s: %w: its key is not base64", name, ErrCorrupt)
	}
	key, err := service.Unwrap(ctx, fields[0], wrapped, fileLabel(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f, err := newFile(name, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	rest := content[min(len(whole)+1, len(content)):]
	rest = rest[:bytes.LastIndexByte(rest, '\n')+1]
	for i, line := range bytes.Split(bytes.TrimSuffix(rest, []byte("\n")), []byte("\n")) {
		if len(rest) == 0 {
			break
		}
		sealed, err := strict.DecodeString(string(line))
		if err == nil {
			sealed, err = f.aead.open(nil, lineNonce(uint64(i)), sealed, []byte(name))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w: it was changed, moved or taken from elsewhere", name, i+2, ErrCorrupt)
		}
		lines = append(lines, sealed)
	}
	return lines, nil
}
