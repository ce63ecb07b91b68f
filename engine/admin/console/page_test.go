package console

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"liveroom/engine/admin/web"
)

// firstLoad is the most that the page may weigh on its way, compressed.
const firstLoad = 150_000

func TestThePageIsLightAndLoadsOnlyItself(t *testing.T) {
	weight := 0
	elsewhere := regexp.MustCompile(`(?i)(src|href)=["']?(https?:)?//|@import|url\(["']?(https?:)?//`)
	err := fs.WalkDir(web.Dist(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.Dist(), name)
		if err != nil {
			return err
		}
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		if _, err := z.Write(content); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		weight += zipped.Len()
		if !strings.HasSuffix(name, ".js") && elsewhere.Match(content) {
			t.Errorf("%s loads something from elsewhere: %s", name, elsewhere.Find(content))
		}
		if name == "index.html" && (strings.Contains(string(content), "<style") || regexp.MustCompile(`<script[^>]*>[^<]`).Match(content)) {
			t.Error("index.html holds a script or a style, which the policy forbids")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if weight > firstLoad {
		t.Errorf("the page weighs %d bytes compressed, want at most %d", weight, firstLoad)
	}
}

// TestEveryFileOfThePageIsServed asks for what index.html names.
func TestEveryFileOfThePageIsServed(t *testing.T) {
	s := newStand(t)
	index, err := fs.ReadFile(web.Dist(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:src|href)="(/console/[^"]+)"`).FindAllStringSubmatch(string(index), -1)
	if len(named) < 3 {
		t.Fatalf("index.html names %v, want a script, a style and an icon", named)
	}
	for _, n := range named {
		if code := s.ask(t, "GET", n[1], "", nil); code != 200 {
			t.Errorf("GET %s answered %d", n[1], code)
		}
	}
}
