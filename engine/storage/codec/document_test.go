package codec

import (
	"bytes"
	"errors"
	"testing"
)

func TestADocumentComesBack(t *testing.T) {
	for _, body := range [][]byte{nil, []byte("shop: demo\n"), bytes.Repeat([]byte("保温杯 "), 5000), bytes.Repeat([]byte{0xff}, 9)} {
		encoded := AppendDocument([]byte("x"), "shop", "p-1", body)[1:]
		name, author, got, err := Document(encoded)
		if err != nil || name != "shop" || author != "p-1" || !bytes.Equal(got, body) {
			t.Errorf("%d bytes came back as %q by %q, %d bytes, %v", len(body), name, author, len(got), err)
		}
	}
}

func FuzzDocument(f *testing.F) {
	whole := AppendDocument(nil, "shop", "p-1", []byte("shop: demo\nproducts: []\n"))
	for n := range whole {
		f.Add(whole[:n])
	}
	f.Add(whole)
	f.Add([]byte{1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}) // says that it is very long
	f.Fuzz(func(t *testing.T, b []byte) {
		name, author, body, err := Document(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("refused with %v, want ErrCorrupt", err)
			}
			return
		}
		if n, a, again, err := Document(AppendDocument(nil, name, author, body)); err != nil || n != name || a != author || !bytes.Equal(again, body) {
			t.Errorf("%q by %q does not come back: %v", name, author, err)
		}
	})
}
