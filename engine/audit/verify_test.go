package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// written returns a log of 21 records in one file, with heads of records 1, 11 and 21.
func written(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, nil)
	r.head()
	for i := range 10 {
		r.do(fmt.Sprint("act", i))
		if i == 4 || i == 9 {
			r.head()
		}
	}
	r.Close()
	return r
}

// faults returns what Verify found, as kinds with their records.
func faults(report Report) (all []string) {
	for _, f := range report.Faults {
		all = append(all, fmt.Sprintf("%s %d-%d", f.Kind, f.Seq, f.To))
	}
	return all
}

// rewrite makes a file's records anew after a change, each with the right number, hash and predecessor, as somebody does
// who knows the format. Only heads can tell.
func rewrite(change func([]Record) []Record) func([]byte) []byte {
	return func(b []byte) []byte {
		var all []Record
		for _, p := range scan(b, headerBytes) {
			all = append(all, *p.record)
		}
		b = bytes.Clone(b[:headerBytes])
		var prev Hash
		for i, r := range change(all) {
			r.Seq, r.Prev = uint64(i+1), prev
			b, prev = appendFrame(b, &r)
		}
		return b
	}
}

func TestEveryTamperingIsFound(t *testing.T) {
	log := fileName(1)
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, r *rig)
		want   []string // all that is found
	}{
		{"nothing", func(*testing.T, *rig) {}, nil},
		{"a byte of a text", func(_ *testing.T, r *rig) {
			r.edit(log, func(b []byte) []byte { return bytes.Replace(b, []byte("act3"), []byte("act7"), 1) })
		}, []string{"altered 8-8"}},
		{"the last record", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { f[20][60] ^= 1; return f }))
		}, []string{"altered 21-21"}},
		{"a length", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { f[4][3]++; return f }))
		}, []string{"altered 5-5"}},
		{"a huge length", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { f[4][0] = 0xff; return f }))
		}, []string{"altered 5-5"}},
		{"three records overwritten", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte {
				for _, rec := range f[4:7] {
					clear(rec)
				}
				return f
			}))
		}, []string{"altered 5-7"}},
		{"a text and the record's own hash", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte {
				rec, err := decodeBody(f[7][4 : len(f[7])-32])
				if err != nil {
					panic(err)
				}
				rec.Who = "somebody else"
				f[7], _ = appendFrame(nil, &rec)
				return f
			}))
		}, []string{"altered 8-8"}},
		{"everything written anew from a record on", func(_ *testing.T, r *rig) {
			r.edit(log, rewrite(func(all []Record) []Record { all[15].Who = "somebody else"; return all }))
		}, []string{"altered 12-21"}},
		{"the beginning of the file", func(_ *testing.T, r *rig) {
			r.edit(log, func(b []byte) []byte { b[0] = 'X'; return b })
		}, []string{"altered 0-0"}},
		{"a record removed", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return slices.Delete(f, 6, 7) }))
		}, []string{"removed 7-7"}},
		{"the first record removed", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return f[1:] }))
		}, []string{"removed 1-1"}},
		{"two stretches removed", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return slices.Delete(slices.Delete(f, 12, 16), 3, 5) }))
		}, []string{"removed 4-5", "removed 13-16"}},
		{"a record removed and the rest written anew", func(_ *testing.T, r *rig) {
			r.edit(log, rewrite(func(all []Record) []Record { return slices.Delete(all, 13, 14) }))
		}, []string{"truncated 21-21"}},
		{"a record removed, another added, the rest written anew", func(_ *testing.T, r *rig) {
			r.edit(log, rewrite(func(all []Record) []Record { return append(slices.Delete(all, 13, 14), all[2]) }))
		}, []string{"altered 12-21"}},
		{"a record inserted", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte {
				rec, _ := decodeBody(f[7][4 : len(f[7])-32])
				rec.Who = "nobody"
				forged, _ := appendFrame(nil, &rec)
				return slices.Insert(f, 7, forged)
			}))
		}, []string{"inserted 8-8"}},
		{"bytes inserted", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return slices.Insert(f, 7, []byte("these bytes are no record")) }))
		}, []string{"inserted 0-0"}},
		{"two records in the wrong order", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { f[4], f[5] = f[5], f[4]; return f }))
		}, []string{"reordered 6-6"}},
		{"a record moved to the end", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return append(slices.Delete(slices.Clone(f), 4, 5), f[4]) }))
		}, []string{"reordered 5-5"}},
		{"a record twice", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return slices.Insert(f, 9, f[8]) }))
		}, []string{"duplicated 9-9"}},
		{"a record again at the end", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return append(f, f[8]) }))
		}, []string{"duplicated 9-9"}},
		{"the last records cut off", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return f[:18] }))
		}, []string{"truncated 19-21"}},
		{"cut off in the middle of a record", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return append(f[:18:18], f[18][:30]) }))
		}, []string{"altered 19-19", "truncated 20-21"}},
		{"the file emptied", func(_ *testing.T, r *rig) {
			r.edit(log, of(func([][]byte) [][]byte { return nil }))
		}, []string{"truncated 1-21"}},
		{"the file removed", func(t *testing.T, r *rig) {
			if err := os.Remove(filepath.Join(r.cfg.Dir, log)); err != nil {
				t.Fatal(err)
			}
		}, []string{"truncated 1-21"}},
		{"cut off, with the folder's own heads", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return f[:11] }))
			r.edit(localHeads, func(b []byte) []byte { return bytes.Join(bytes.SplitAfter(b, []byte("\n"))[:2], nil) })
		}, []string{"truncated 12-21"}},
		{"a head forged", func(t *testing.T, r *rig) {
			edit(t, r.cfg.HeadsFile[0], func(b []byte) []byte {
				return bytes.Replace(b, []byte(`"seq":21`), []byte(`"seq":20`), 1)
			})
		}, []string{"forged head 20-20"}},
		{"a head made unreadable", func(t *testing.T, r *rig) {
			edit(t, r.cfg.HeadsFile[0], func(b []byte) []byte { return bytes.Replace(b, []byte(`"record":"`), []byte(`"record":"z`), 1) })
		}, []string{"forged head 0-0"}},
		{"the key replaced and all heads signed anew", func(t *testing.T, r *rig) {
			other := newSigner(t, r.cfg.Dir)
			edit(t, filepath.Join(r.cfg.Dir, localHeads), func([]byte) []byte {
				h, err := other.sign(Head{Chain: r.chain, Seq: r.seq, Record: r.prev})
				if err != nil {
					t.Fatal(err)
				}
				return append(h.Line(), '\n')
			})
		}, []string{"replaced key 0-0", "replaced key 21-21"}},
		{"another node's log", func(t *testing.T, r *rig) {
			other := written(t)
			for _, name := range []string{log, localHeads, signKeyFile, publicKeyFile} {
				b, err := os.ReadFile(filepath.Join(other.cfg.Dir, name))
				if err != nil {
					t.Fatal(err)
				}
				r.edit(name, func([]byte) []byte { return b })
			}
		}, []string{"replaced key 0-0", "spliced 1-1", "replaced key 1-1", "replaced key 11-11", "replaced key 21-21", "truncated 1-21"}},
		{"records of another node", func(t *testing.T, r *rig) {
			other := written(t)
			b, err := os.ReadFile(filepath.Join(other.cfg.Dir, log))
			if err != nil {
				t.Fatal(err)
			}
			_, theirs := frames(b)
			r.edit(log, of(func(f [][]byte) [][]byte { return slices.Replace(f, 5, 9, theirs[5:9]...) }))
		}, []string{"spliced 6-9", "removed 6-9"}},
		{"a head of another node", func(t *testing.T, r *rig) {
			h, err := r.sign.sign(Head{Seq: 21, Record: r.prev})
			if err != nil {
				t.Fatal(err)
			}
			edit(t, r.cfg.HeadsFile[0], func(b []byte) []byte { return append(append(b, h.Line()...), '\n') })
		}, []string{"spliced 21-21"}},
		{"a time put back, with the key stolen", func(t *testing.T, r *rig) {
			r.edit(log, rewrite(func(all []Record) []Record { all[20].At -= time.Minute.Milliseconds(); return all }))
			resign(t, r)
		}, []string{"clock 21-21"}},
		{"no heads", func(t *testing.T, r *rig) {
			for _, path := range []string{r.cfg.HeadsFile[0], filepath.Join(r.cfg.Dir, localHeads)} {
				edit(t, path, func([]byte) []byte { return nil })
			}
		}, []string{"no heads 0-0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := written(t)
			c.tamper(t, r)
			report := r.verify()
			if got := faults(report); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q\n%v", got, c.want, report.Faults)
			}
			for _, f := range report.Faults {
				if f.Text == "" || (f.Seq > 0 && f.File == "" && f.Kind != Truncated) {
					t.Errorf("%v does not say where", f)
				}
				t.Log(f)
			}
		})
	}
}

// newSigner replaces the key of a folder.
func newSigner(t *testing.T, dir string) *signer {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, signKeyFile)); err != nil {
		t.Fatal(err)
	}
	s, made, err := openSigner(dir)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	return s
}

// resign replaces all heads by one of the log as it is, by the log's own key.
func resign(t *testing.T, r *rig) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.cfg.Dir, fileName(1)))
	if err != nil {
		t.Fatal(err)
	}
	pieces := scan(b, headerBytes)
	last := pieces[len(pieces)-1]
	h, err := r.sign.sign(Head{Chain: r.chain, Seq: last.record.Seq, Record: last.hash})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{r.cfg.HeadsFile[0], filepath.Join(r.cfg.Dir, localHeads)} {
		edit(t, path, func([]byte) []byte { return append(h.Line(), '\n') })
	}
}

func TestAKeyKeptApartIsTheLastWord(t *testing.T) {
	r := written(t)
	kept := r.sign.public
	// Somebody makes a whole log of his own, with heads in both places and another key.
	r.edit(fileName(1), rewrite(func(all []Record) []Record { all[3].Who = "somebody else"; return all }))
	r.sign = newSigner(t, r.cfg.Dir)
	r.edit(fileName(1), rewrite(func(all []Record) []Record { all[0].Detail = "key " + r.sign.public.Fingerprint(); return all }))
	resign(t, r)
	if report := r.verify(); len(report.Faults) != 0 {
		t.Errorf("without a key kept apart it is found already: %v", report.Faults)
	}
	report, err := Verify(Check{Dir: r.cfg.Dir, Heads: r.cfg.HeadsFile, PublicKeys: []PublicKey{kept}})
	if err != nil {
		t.Fatal(err)
	}
	if got := faults(report); !slices.Contains(got, "replaced key 0-0") || !slices.Contains(got, "replaced key 1-1") {
		t.Errorf("found %q", got)
	}
}

func TestFilesRemovedOrMoved(t *testing.T) {
	several := func(t *testing.T) (*rig, []logFile) {
		r := newRig(t, func(c *Config) { c.FileBytes = minFileBytes })
		for range 60 {
			r.write(Record{Act: "x", Result: Noted, Detail: strings.Repeat("y", 4000)})
		}
		r.head()
		r.Close()
		files, err := listFiles(r.cfg.Dir)
		if err != nil || len(files) != 4 {
			t.Fatal(len(files), err)
		}
		return r, files
	}
	for i, want := range []string{"removed 1-17", "removed 18-33", "removed 34-49", "truncated 50-61"} {
		r, files := several(t)
		if err := os.Remove(filepath.Join(r.cfg.Dir, files[i].name)); err != nil {
			t.Fatal(err)
		}
		if got := faults(r.verify()); !slices.Equal(got, []string{want}) {
			t.Errorf("without file %d found %q, want %q", i, got, want)
		}
	}
	r, files := several(t)
	one, two := filepath.Join(r.cfg.Dir, files[1].name), filepath.Join(r.cfg.Dir, files[2].name)
	if err := errors.Join(os.Rename(one, one+"x"), os.Rename(two, one), os.Rename(one+"x", two)); err != nil {
		t.Fatal(err)
	}
	report := r.verify()
	if got := faults(report); !slices.Contains(got, "altered 0-0") || len(got) != 2+16 {
		t.Errorf("two files in the wrong order: %q", got)
	}
}

func TestVerifyNeedsSomethingToRead(t *testing.T) {
	r := written(t)
	for _, c := range []Check{{Dir: t.TempDir()}, {Dir: filepath.Join(t.TempDir(), "none")}, {Dir: r.cfg.Dir, Heads: []string{"none"}}} {
		if _, err := Verify(c); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%+v got %v", c, err)
		}
	}
	report, err := Verify(Check{Dir: r.cfg.Dir})
	if err != nil || len(report.Faults) != 0 || !slices.ContainsFunc(report.Notes, func(f Finding) bool { return f.Kind == NoHeads }) {
		t.Errorf("without a second place: %+v, %v", report, err)
	}
	if report.Chain != r.chain || report.First != 1 || report.Last != 21 || report.Records != 21 || report.Files != 1 || report.Headed != 21 {
		t.Errorf("the report is %+v", report)
	}
}

func TestAnOpenActIsNoFault(t *testing.T) {
	r := newRig(t, nil)
	r.write(Record{Act: "x", Result: Intended})
	report := r.sound()
	if len(report.Notes) != 1 || report.Notes[0].Seq != 2 {
		t.Errorf("notes are %v, want record 2 as open", report.Notes)
	}
}

func TestHeadsAreWhatTheyWere(t *testing.T) {
	r := written(t)
	heads, err := Heads(r.cfg.Dir)
	if err != nil || len(heads) != 3 {
		t.Fatal(len(heads), err)
	}
	for i, h := range heads {
		again, err := parseHead(h.Line())
		if err != nil || !again.Valid() || again.Seq != h.Seq || again.Record != h.Record || again.Chain != h.Chain || !again.Key.same(r.sign.public) {
			t.Errorf("head %d is %+v, %v", i, again, err)
		}
		for _, change := range []func(*Head){
			func(h *Head) { h.Seq++ },
			func(h *Head) { h.At++ },
			func(h *Head) { h.Record[5]++ },
			func(h *Head) { h.Chain[0]++ },
			func(h *Head) { h.Sig = h.Sig[:len(h.Sig)-1] },
			func(h *Head) { h.Sig = nil },
		} {
			forged := again
			change(&forged)
			if forged.Valid() {
				t.Errorf("a changed head holds: %+v", forged)
			}
		}
	}
	public, err := ReadPublicKey(filepath.Join(r.cfg.Dir, publicKeyFile))
	if err != nil || !public.same(r.sign.public) {
		t.Errorf("the public key reads as %v, %v", public, err)
	}
}

// TestAP256KeyIsNoSM2Key hands in a public key of another curve.
func TestAP256KeyIsNoSM2Key(t *testing.T) {
	const p256 = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="
	der, err := base64.StdEncoding.DecodeString(p256)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPublicKey(path); err == nil || !strings.Contains(err.Error(), "not of SM2") {
		t.Errorf("got %v", err)
	}
}
