package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestTheReadmesNameEveryCommand holds both tables of commands to what there is.
func TestTheReadmesNameEveryCommand(t *testing.T) {
	parser, err := kong.New(new(commands))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile("../../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		var table strings.Builder
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "| `liveroom ") {
				table.WriteString(line)
			}
		}
		for _, node := range parser.Model.Leaves(true) {
			command := strings.Fields(node.Path())[0]
			if !regexp.MustCompile("`[^`]*\\b" + command + "\\b[^`]*`").MatchString(table.String()) {
				t.Errorf("%s: the table of commands lacks %q", name, command)
			}
		}
	}
}
