package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveroom/nlp/onnx"
)

// TestChatHoldsTheConversations holds each conversation of actors/testdata in `chat`, with the model that a release
// carries: every line is answered by the script that the conversation has it answered by, but for what is listed, with its
// reason, in testdata/chat_differences.txt. A difference that is listed and is none any more is a mistake too. With
// LIVEROOM_GOLDEN=1 the list is rewritten: what is no difference any more goes, and what is new waits for its reason.
func TestChatHoldsTheConversations(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("starts an engine for each conversation")
	}
	t.Setenv("LIVEROOM_ACTORS_BUDGET", "30s") // a machine that is busy answers late, and by the script all the same
	t.Setenv("LIVEROOM_NLP_MODEL_DIR", "../../../nlp/model")
	if path, err := onnx.Locate(os.Getenv("LIVEROOM_ONNXRUNTIME")); err != nil {
		t.Skipf("no model runtime here: %s: %v", path, err)
	}
	files, err := filepath.Glob("../../../actors/testdata/conversations/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d conversations, want at least 60: %v", len(files), err)
	}
	library := readLibrary(t)
	const listed = "testdata/chat_differences.txt"
	accepted := readDifferences(t, listed)
	found := make([][]difference, len(files))
	t.Run("each", func(t *testing.T) {
		for i, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				found[i] = compareTalk(t, file, library)
			})
		}
	})
	all := slices.Concat(found...)
	if os.Getenv("LIVEROOM_GOLDEN") != "" {
		writeDifferences(t, listed, all, accepted)
		return
	}
	for _, d := range all {
		if accepted[d.at].what != d.what {
			t.Errorf("%s: %s\n%s\nnot in %s", d.at, d.what, d.detail, listed)
		} else if accepted[d.at].why == "" {
			t.Errorf("%s: the reason is missing in %s", d.at, listed)
		}
		delete(accepted, d.at)
	}
	for at, a := range accepted {
		t.Errorf("%s: %s: is no difference any more; take it out of %s", at, a.what, listed)
	}
}

// turn is a line of a customer's, or several that were written in one go, and what came of them.
type turn struct {
	lines  []string // as chat is told
	before []string // commands that set the scene
	want   []string // as the conversation has it
}

// sceneCommands are the lines of a conversation that set the scene, as chat is told. What only looks at the books is left out.
var sceneCommands = map[string]string{
	"库存": "/stock ", "讲解": "/present ", "人数": "/counts ", "时间": "/time ", "时刻": "/time ", "坐席接手": "/take", "坐席": "/say ", "坐席交还": "/back",
	"贵宾": "/order DEMO-5 1 paid 60000", "账": "", "状态": "", "没有坐席": "", "转坐席": "", "新客": "",
}

// orderStates are the states of an order by what a conversation calls them.
var orderStates = map[string]string{"下单": "created", "付款": "paid", "取消订单": "cancelled", "退款": "refunded"}

var meant = regexp.MustCompile(` ?〔[^〕]*〕$`)

// readTalk reads a conversation.
func readTalk(t *testing.T, file string) (talk []turn) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	now := turn{before: []string{"/time 2026-11-11 20:00"}}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		word, rest, _ := strings.Cut(line, " ")
		answer := slices.Contains([]string{"店", "公屏回复", "不回", "并入", "拒绝"}, word)
		if answer {
			if n := len(now.lines); n > 0 { // nothing followed the fragment, or it was none
				now.lines[n-1] = strings.TrimPrefix(now.lines[n-1], "/more ")
				talk, now = append(talk, now), turn{}
			}
			talk[len(talk)-1].want = append(talk[len(talk)-1].want, line)
			continue
		}
		rest = meant.ReplaceAllString(rest, "")
		command, scene := sceneCommands[word]
		state, order := orderStates[word]
		switch {
		case line == "" || word == "=" || strings.HasPrefix(line, "#"):
		case word == "客+":
			now.lines = append(now.lines, "/more "+rest)
		case word == "客" || word == "公屏":
			if word == "公屏" {
				rest = "/public " + rest
			}
			now.lines = append(now.lines, rest)
			talk, now = append(talk, now), turn{}
		case scene && command != "":
			now.before = append(now.before, command+rest)
		case order:
			now.before = append(now.before, "/order "+rest+" "+state)
		case !scene:
			t.Fatalf("%s: chat has nothing for %q", file, line)
		}
	}
	return talk
}

// difference is a turn that ends otherwise than the conversation has it.
type difference struct{ at, what, detail, why string }

var told = regexp.MustCompile(`(?m)^(.*)\n  〔(\S*) (\S+) (\S*) · (\S*) · (\S*) (\S*) · \d+ ms〕$|^（不回：\S+ (\S*)）$|^（(和后面的话一起回)）$`)

// compareTalk holds a conversation in chat. The customer is the file, as where the conversations are replayed.
func compareTalk(t *testing.T, file string, library []wording) (found []difference) {
	talk := readTalk(t, file)
	var in strings.Builder
	for _, e := range talk {
		for _, line := range append(e.before, e.lines...) {
			in.WriteString(line + "\n")
		}
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"chat", "--bare", "--room", "demo", "--user", filepath.Base(file)}, streams{strings.NewReader(in.String()), &out, &errs}); code != 0 {
		t.Fatalf("chat ended with %d: %s", code, errs.String())
	}
	said := strings.Split(out.String(), "> ")[1:] // by line
	for n, e := range talk {
		scene := strings.Join(said[:len(e.before)], "")
		if strings.Contains(scene, "（") && !strings.Contains(scene, "（客服") || strings.Contains(scene, "/quit") {
			t.Errorf("%v: chat says %s", e.before, scene)
		}
		said = said[len(e.before):]
		block := strings.Join(said[:len(e.lines)], "")
		said = said[len(e.lines):]
		if d := compareTurn(e, block, library); d != nil {
			d.at = fmt.Sprintf("%s %d", strings.TrimSuffix(filepath.Base(file), ".txt"), n+1)
			found = append(found, *d)
		}
	}
	return found
}

// compareTurn compares what chat shows after some lines with what the conversation has.
func compareTurn(e turn, block string, library []wording) *difference {
	var want, got []string
	same := true
	answers := told.FindAllStringSubmatch(block, -1)
	for i := range max(len(answers), len(e.want)) {
		word, text := "", ""
		if i < len(e.want) {
			word, text, _ = strings.Cut(e.want[i], " ")
			switch word {
			case "店", "公屏回复":
				want = append(want, strings.Join(scriptsOf(library, text), "|"))
			default:
				want = append(want, word)
			}
		}
		if i >= len(answers) {
			same = false
			continue
		}
		a := answers[i]
		for _, hello := range [...]string{"欢迎来到直播间～", "欢迎宝宝～"} { // chat's customer is always a new one
			if rest, ok := strings.CutPrefix(a[1], hello); ok && rest != "" && !strings.Contains(text, hello) {
				a[1] = rest
			}
		}
		switch {
		case a[9] != "":
			got, same = append(got, "并入"), same && word == "并入"
		case a[1] == "":
			got, same = append(got, "不回"), same && word == "不回" && strings.HasSuffix(text, " "+a[8])
		default:
			got = append(got, fmt.Sprintf("%s(%s %s)", a[6], a[2], a[3]))
			same = same && (word == "店" || word == "公屏回复") && (a[1] == text || couldSay(library, a[6], text))
		}
	}
	if same {
		return nil
	}
	return &difference{
		what:   strings.Join(want, "+") + " → " + figures.ReplaceAllString(strings.Join(got, "+"), ""),
		detail: strings.Join(e.lines, "\n") + "\n" + strings.Join(e.want, "\n") + "\n" + block,
	}
}

// figures are what a difference is not told apart by: how sure a reading was.
var figures = regexp.MustCompile(`\(\S+ \S+\)`)
