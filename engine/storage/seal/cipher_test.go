package seal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm4"
)

// GM/T 0002-2012, appendix A: one block, and one encrypted a million times.
func TestSM4AgainstGMT0002(t *testing.T) {
	block, err := sm4.NewCipher(unhex(t, testKey))
	if err != nil {
		t.Fatal(err)
	}
	text := unhex(t, "0123456789abcdeffedcba9876543210")
	block.Encrypt(text, text)
	if got, want := hex.EncodeToString(text), "681edf34d206965e86b3e94f536e4246"; got != want {
		t.Errorf("one block is %s, want %s", got, want)
	}
	for range 999_999 {
		block.Encrypt(text, text)
	}
	if got, want := hex.EncodeToString(text), "595298c7c6fd271f0402f804c33d3f66"; got != want {
		t.Errorf("a million times it is %s, want %s", got, want)
	}
}

// RFC 8998, appendix A.1.
func TestGCMAgainstRFC8998(t *testing.T) {
	aead, err := newGCM(unhex(t, testKey))
	if err != nil {
		t.Fatal(err)
	}
	got := aead.Seal(nil, unhex(t, "00001234567800000000ABCD"), unhex(t,
		"AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"),
		unhex(t, "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
	want := unhex(t, "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"+
		"83DE3541E4C2B58177E065A9BF7B62EC")
	if !bytes.Equal(got, want) {
		t.Errorf("sealed is %x, want %x", got, want)
	}
}

// OpenSSL has no GCM over SM4 on its command line: it is put together here of its ECB and CTR, and of GHASH by the book
// (NIST SP 800-38D), and must give what Seal gave, byte for byte.
func TestSealedIsWhatOpenSSLSays(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: apt-get install openssl")
	}
	service := master(t, testKey)
	r := ring(t, service, nil)
	key := keyInUse(t, r, service)
	for _, plain := range []string{"", "x", "宝宝，3号链接现在还有32件哦", strings.Repeat("直播间 ", 200), strings.Repeat("0123456789abcdef", 64)} {
		place := Place{Table: "journal", Seq: 7, Row: []byte(plain[:len(plain)/3])}
		got := sealed(t, r, place, plain)
		nonce := got[1:headBytes]
		text := openssl(t, "-sm4-ctr", key, append(bytes.Clone(nonce), 0, 0, 0, 2), []byte(plain))
		hashKey := openssl(t, "-sm4-ecb", key, nil, make([]byte, 16))
		mask := openssl(t, "-sm4-ecb", key, nil, append(bytes.Clone(nonce), 0, 0, 0, 1))
		tag := ghash(hashKey, place.AppendTo(nil), text)
		for i := range tag {
			tag[i] ^= mask[i]
		}
		want := append(append(append([]byte{2}, nonce...), text...), tag...)
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes sealed are\n%x, OpenSSL makes of them\n%x", len(plain), got, want)
		}
	}
}

func openssl(t *testing.T, mode string, key, iv, in []byte) []byte {
	t.Helper()
	args := []string{"enc", "-e", mode, "-nopad", "-K", hex.EncodeToString(key)}
	if iv != nil {
		args = append(args, "-iv", hex.EncodeToString(iv))
	}
	cmd := exec.Command("openssl", args...)
	cmd.Stdin = bytes.NewReader(in)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %s: %v: %s", mode, err, said.String())
	}
	return out
}

// ghash is GHASH bit by bit.
func ghash(key, data, text []byte) []byte {
	var y [16]byte
	block := func(b []byte) {
		for i := range b {
			y[i] ^= b[i]
		}
		y = times(y, [16]byte(key))
	}
	for _, part := range [][]byte{data, text} {
		for len(part) > 0 {
			n := min(16, len(part))
			block(part[:n])
			part = part[n:]
		}
	}
	var lengths [16]byte
	binary.BigEndian.PutUint64(lengths[:], uint64(len(data))*8)
	binary.BigEndian.PutUint64(lengths[8:], uint64(len(text))*8)
	block(lengths[:])
	return y[:]
}

// times multiplies in GF(2^128) as GCM has it.
func times(x, y [16]byte) (z [16]byte) {
	for i := range 128 {
		if x[i/8]&(0x80>>(i%8)) != 0 {
			for j := range z {
				z[j] ^= y[j]
			}
		}
		odd := y[15] & 1
		for j := 15; j > 0; j-- {
			y[j] = y[j]>>1 | y[j-1]<<7
		}
		y[0] >>= 1
		if odd == 1 {
			y[0] ^= 0xe1
		}
	}
	return z
}

func TestKeysOfAnotherSizeAreRefused(t *testing.T) {
	for _, n := range []int{0, 15, 17, 32} {
		if _, err := newGCM(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}
