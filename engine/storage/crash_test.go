package storage

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

const (
	childDir   = "STORAGE_TEST_CHILD"
	childFrom  = "STORAGE_TEST_FROM"
	childUsers = 5
)

// childMain is the process that gets killed: it submits messages of a few users, each accepted, closed and now and then
// covered by a snapshot, and prints what was acknowledged.
func childMain(dir string) {
	s, err := Open(context.Background(), on(Config{Dir: dir, Keys: testKeys, CommitEvery: time.Millisecond}), quiet, nil)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	go s.Run(context.Background())
	from, _ := strconv.Atoi(os.Getenv(childFrom))
	out := make(chan string, 1024)
	go func() {
		for line := range out {
			fmt.Println(line)
		}
	}()
	window := make(chan struct{}, 64)
	for n := from; ; n++ {
		window <- struct{}{}
		k, id := user(n%childUsers), strconv.Itoa(n)
		records := []live.Record{accepted(k, id), closed(k, id)}
		if n%70 < childUsers {
			records = append(records, snapshot(k, id))
		}
		s.Submit(live.Entry{Records: records, Done: func(_ uint64, err error) {
			<-window
			if err == nil {
				out <- "ack " + id
			}
		}})
	}
}

func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	acked, from := make(map[int]bool), 0
	for cycle := range 6 {
		last := runAndKill(t, dir, from, 1+random.IntN(3000), acked)
		from = max(from, last+10000) // whatever was under way, no number is used twice
		checkSurvivors(t, dir, acked, cycle)
	}
}

// runAndKill starts a child and kills it once it has acknowledged count messages. It returns the highest number seen.
func runAndKill(t *testing.T, dir string, from, count int, acked map[int]bool) (last int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childFrom+"="+strconv.Itoa(from))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); {
		n, err := strconv.Atoi(strings.TrimPrefix(lines.Text(), "ack "))
		if err != nil {
			t.Fatalf("the child says %q", lines.Text())
		}
		acked[n] = true
		last = max(last, n)
		if seen++; seen == count {
			child.Process.Kill() // what it has printed until it dies still counts
		}
	}
	child.Wait()
	return last
}

// checkSurvivors opens the store again and looks for every acknowledged message: before its user's snapshot, or in the tail.
func checkSurvivors(t *testing.T, dir string, acked map[int]bool, cycle int) {
	t.Helper()
	s, stop := start(t, Config{Dir: dir}, nil)
	defer stop()
	if n := len(s.Pending()); n != 0 {
		t.Errorf("cycle %d: %d events are pending though each was closed in the commit that accepted it", cycle, n)
	}
	missing := 0
	for u := range childUsers {
		got := load(t, s, user(u))
		covered := -1
		if got.State != nil {
			covered, _ = strconv.Atoi(string(got.State))
		}
		held := map[int]int{}
		previous := covered
		for _, r := range got.Tail {
			if r.Kind == live.RecordAccepted {
				n, _ := strconv.Atoi(string(r.Event.ID))
				held[n]++
				if n <= previous {
					t.Errorf("cycle %d: %d comes after %d in the tail of user %d", cycle, n, previous, u)
				}
				previous = n
			} else {
				n, _ := strconv.Atoi(string(r.Key.ID))
				held[n]++
			}
		}
		for n := range acked {
			if n%childUsers == u && n > covered && held[n] != 2 {
				missing++
			}
		}
		if got.Lost > 0 {
			t.Errorf("cycle %d: %d blocks of user %d do not open", cycle, got.Lost, u)
		}
	}
	if missing > 0 {
		t.Fatalf("cycle %d: %d of %d acknowledged messages are lost", cycle, missing, len(acked))
	}
}
