package audit

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// Files of keys in the folder of the log.
const (
	signKeyFile   = "sign.key"
	publicKeyFile = "sign.pub"
	pseudonymFile = "pseudonym.key"
)

// PublicKey checks heads. Its text is the SubjectPublicKeyInfo, as heads carry it.
type PublicKey struct {
	key *ecdsa.PublicKey
	der []byte
}

// Fingerprint names a public key: the first 64 bits of the SM3 of its SubjectPublicKeyInfo.
func (k PublicKey) Fingerprint() string {
	sum := sm3.Sum(k.der)
	return hex.EncodeToString(sum[:8])
}

func (k PublicKey) same(other PublicKey) bool { return string(k.der) == string(other.der) }

func parsePublic(der []byte) (PublicKey, error) {
	key, err := smx509.ParsePKIXPublicKey(der)
	if err != nil {
		return PublicKey{}, fmt.Errorf("public key: %w", err)
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(public) {
		return PublicKey{}, errors.New("public key: not of SM2")
	}
	return PublicKey{key: public, der: der}, nil
}

// ReadPublicKey reads a public key from a PEM file.
func ReadPublicKey(path string) (PublicKey, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return PublicKey{}, fmt.Errorf("read public key: %w", err)
	}
	block, _ := pem.Decode(file)
	if block == nil || block.Type != "PUBLIC KEY" {
		return PublicKey{}, fmt.Errorf("%s: want a PEM file with a PUBLIC KEY", path)
	}
	k, err := parsePublic(block.Bytes)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// signer signs heads.
type signer struct {
	private *sm2.PrivateKey
	public  PublicKey
}

// openSigner reads the key of a folder, or makes one; made tells which. The public key is written beside it.
func openSigner(dir string) (s *signer, made bool, err error) {
	path := filepath.Join(dir, signKeyFile)
	file, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		if file, err = makeSignKey(path); err != nil {
			return nil, false, fmt.Errorf("make audit key: %w", err)
		}
		made = true
	}
	if err != nil {
		return nil, false, fmt.Errorf("read audit key: %w", err)
	}
	block, _ := pem.Decode(file)
	if block == nil || block.Type != "SM2 PRIVATE KEY" {
		return nil, false, fmt.Errorf("audit key %s: want a PEM file with an SM2 PRIVATE KEY; bring it back from a copy, or remove it for a new one", path)
	}
	private, err := smx509.ParseSM2PrivateKey(block.Bytes)
	if err != nil {
		return nil, false, fmt.Errorf("audit key %s: not an SM2 key; bring it back from a copy, or remove it for a new one", path)
	}
	der, err := smx509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return nil, false, fmt.Errorf("audit key %s: %w", path, err)
	}
	s = &signer{private: private, public: PublicKey{key: &private.PublicKey, der: der}}
	public := filepath.Join(dir, publicKeyFile)
	if have, err := ReadPublicKey(public); err != nil || !have.same(s.public) {
		text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		if err := os.WriteFile(public, text, 0o600); err != nil {
			return nil, false, fmt.Errorf("write public key: %w", err)
		}
	}
	return s, made, nil
}

func makeSignKey(path string) ([]byte, error) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := smx509.MarshalSM2PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "SM2 PRIVATE KEY", Bytes: der})
	return text, writePrivate(path, text)
}

// openPseudonyms reads the key of pseudonyms, or makes one.
func openPseudonyms(dir string) ([]byte, error) {
	path := filepath.Join(dir, pseudonymFile)
	file, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		var key [32]byte
		rand.Read(key[:])
		file = []byte(hex.EncodeToString(key[:]) + "\n")
		err = writePrivate(path, file)
	}
	if err != nil {
		return nil, fmt.Errorf("key of pseudonyms: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(file)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("key of pseudonyms %s: want 64 hexadecimal digits", path)
	}
	return key, nil
}

// readPrivate reads a key file that its owner alone may read.
func readPrivate(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if open := st.Mode().Perm() & 0o077; open != 0 {
		return nil, fmt.Errorf("%s: %w: mode %04o; chmod 600 it", path, ErrExposed, st.Mode().Perm())
	}
	return os.ReadFile(path)
}

// writePrivate makes a key file whole: under another name first, so that a crash leaves no half of it.
func writePrivate(path string, text []byte) error {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	d.Sync() // not every file system can; what could be done was done
	return d.Close()
}
