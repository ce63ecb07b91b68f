package audit

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/emmansun/gmsm/sm2"
)

// localHeads are the heads of a log in its own folder, beside those in the second place.
const localHeads = "heads.jsonl"

// Head is a signed statement of what the log held, or, when it is a cut, of what was removed for its age: everything up to
// its record.
type Head struct {
	Cut    bool
	Chain  ChainID
	Seq    uint64 // the last record
	At     int64  // Unix milliseconds
	Record Hash   // the last record's hash, and so all before it
	Key    PublicKey
	Sig    []byte
}

// headLine is a head as it is written.
type headLine struct {
	Audit  int    `json:"audit"` // version, 1
	Cut    bool   `json:"cut,omitempty"`
	Chain  string `json:"chain"`
	Seq    uint64 `json:"seq"`
	At     int64  `json:"at"`
	Record string `json:"record"`
	Key    []byte `json:"key"`
	Sig    []byte `json:"sig"`
}

// message is what is signed.
func (h *Head) message() []byte {
	what := "head"
	if h.Cut {
		what = "cut"
	}
	return fmt.Appendf(nil, "liveroom audit %s 1\nchain %s\nseq %d\nat %d\nrecord %s\n", what, h.Chain, h.Seq, h.At, h.Record)
}

// Valid tells whether the head was signed with its key.
func (h *Head) Valid() bool { return sm2.VerifyASN1WithSM2(h.Key.key, nil, h.message(), h.Sig) }

func (s *signer) sign(h Head) (Head, error) {
	h.Key = s.public
	var err error
	h.Sig, err = s.private.Sign(rand.Reader, h.message(), sm2.DefaultSM2SignerOpts)
	return h, err
}

// Line returns the head as a line of JSON, without the newline.
func (h *Head) Line() []byte {
	line, err := json.Marshal(headLine{1, h.Cut, h.Chain.String(), h.Seq, h.At, h.Record.String(), h.Key.der, h.Sig})
	if err != nil {
		panic("audit: a head that is no JSON: " + err.Error()) // strings and numbers alone
	}
	return line
}

var errNoHead = errors.New("not a head")

// parseHead reads a line; the signature is not checked.
func parseHead(line []byte) (h Head, err error) {
	var l headLine
	if err := json.Unmarshal(line, &l); err != nil {
		return h, fmt.Errorf("%w: %w", errNoHead, err)
	}
	if l.Audit != 1 {
		return h, fmt.Errorf("%w: version %d, want 1", errNoHead, l.Audit)
	}
	if !unhex(h.Chain[:], l.Chain) || !unhex(h.Record[:], l.Record) {
		return h, fmt.Errorf("%w: chain or record is not hexadecimal of the right length", errNoHead)
	}
	if h.Key, err = parsePublic(l.Key); err != nil {
		return h, fmt.Errorf("%w: %w", errNoHead, err)
	}
	h.Cut, h.Seq, h.At, h.Sig = l.Cut, l.Seq, l.At, l.Sig
	return h, nil
}

func unhex(dst []byte, text string) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == len(dst) && copy(dst, b) == len(dst)
}

// readHeads calls do for every line of a file of heads, with an error for what is no head.
func readHeads(path string, do func(line int, h Head, err error)) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read heads: %w", err)
	}
	for i, line := range bytes.Split(content, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		h, err := parseHead(line)
		if err != nil && line[len(line)-1] != '}' {
			err = fmt.Errorf("%w: %w", errTorn, err)
		}
		do(i+1, h, err)
	}
	return nil
}

// errTorn marks a line that a crash may have cut short.
var errTorn = errors.New("cut short")

// place is a file that heads are appended to.
type place struct {
	path string
	last uint64 // the record of the last head written; 0 for none
	cut  uint64 // the record of the last cut in it; 0 for none, or where it cannot be read
	err  error  // of the last try
}

// append adds a line. The file is opened each time, so that it may be moved away, or its share come back.
func (p *place) append(line []byte) (err error) {
	f, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrPermission) { // where one may append and nothing else
		f, err = os.OpenFile(p.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// A line begins on its own, whatever was left of the one before.
	st, err := f.Stat()
	if err != nil {
		return err
	}
	text := append(bytes.Clone(line), '\n')
	if size := st.Size(); size > 0 {
		var last [1]byte
		if _, err := f.ReadAt(last[:], size-1); err != nil || last[0] != '\n' {
			text = append([]byte{'\n'}, text...)
		}
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// Heads returns the heads and cuts that a log's folder keeps of its own, the latest last.
func Heads(dir string) (heads []Head, err error) {
	err = readHeads(filepath.Join(dir, localHeads), func(_ int, h Head, bad error) {
		if bad == nil {
			heads = append(heads, h)
		}
	})
	return heads, err
}
