package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/target"
	"liveroom/loadtest/torture"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

// TortureConfig says how to torment a server.
type TortureConfig struct {
	// Program is the liveroom to start; "" is the one beside this program.
	Program string
	// Settings of the server, key=value.
	Settings []string
	// Data is the folder it keeps its state in; "" makes one, and removes it when nothing was found.
	Data string
	// Cycles is how often the server is killed.
	Cycles int
	// Database is a command that does to the database's server what its last word says, kill or start, with %s in the place
	// of the word; "" when it has none.
	Database string
	// Seed of every draw; 0 draws one.
	Seed uint64
	// Progress takes a line a cycle; nil takes none.
	Progress io.Writer
}

// The measures of a torture.
const (
	tortureLinks = 4
	tortureBeat  = 4 * time.Millisecond // between two sends of a link
	// tortureOpen is how much may be without an outcome before nothing new is said: people wait for answers, and a server that a
	// busy machine keeps from answering before it is killed again would be asked all of it again each time.
	tortureOpen   = 800
	tortureLong   = 1200 // ms of load before a kill, at most
	tortureStart  = 300  // ms of a start before a kill, at most
	torturePieces = 1_000_000
	tortureGrace  = 90 * time.Second // for the last answers
	tortureSample = 150              // events of a link said once more in the end
)

// tortureSettings let a busy machine take its time, since no figure of time is judged, and holds outlast the torture.
var tortureSettings = []string{
	"actors.budget=20s", "actors.shed_after=20s", "actors.worth_for=1h", "actors.hold_for=24h", "actors.lock_for=24h", "node.drain_jitter=0s",
}

// tormentor is one torture under way.
type tormentor struct {
	cfg      TortureConfig
	data     string
	random   *rand.Rand
	book     *torture.Book
	report   *torture.Report
	start    time.Time
	sessions [tortureLinks]session // of the latest links, guarded by mu
	mu       sync.Mutex
}

// Torture kills a server again and again under load, at random instants, in the middle of its start too, and its database's
// server if there is one. In the end it lets it finish, and judges by the clients' memory alone. The error tells that it
// could not be done; what the server broke is in the report.
func Torture(ctx context.Context, c TortureConfig) (r *torture.Report, err error) {
	if c.Program == "" {
		if c.Program, err = target.Beside(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTargetDown, err)
		}
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	t := &tormentor{cfg: c, data: c.Data, start: time.Now(), random: rand.New(rand.NewPCG(c.Seed, 1)), report: &torture.Report{Cycles: c.Cycles, Pieces: torturePieces}}
	if t.data == "" {
		if t.data, err = os.MkdirTemp("", "torture-"); err != nil {
			return nil, err
		}
	}
	t.book = torture.New(torture.Config{
		Room: "demo", Tag: "t" + strconv.FormatInt(time.Now().UnixMilli(), 36), Links: tortureLinks, Talkers: 60, Buyers: 40, CommentsEvery: 6,
		Random: rand.New(rand.NewPCG(c.Seed, 2)),
	})
	t.say("seed %d, data in %s\n", c.Seed, t.data)
	for n := range c.Cycles {
		if err := t.cycle(ctx, n); err != nil {
			return nil, fmt.Errorf("cycle %d: %w", n, err)
		}
	}
	if err := t.finish(ctx); err != nil {
		return nil, err
	}
	if c.Data == "" && t.report.Verdict() == nil {
		err = os.RemoveAll(t.data)
	}
	return t.report, err
}

func (t *tormentor) say(format string, args ...any) {
	if t.cfg.Progress != nil {
		fmt.Fprintf(t.cfg.Progress, format, args...)
	}
}

func (t *tormentor) options() target.Options {
	return target.Options{Path: t.cfg.Program, Settings: append(tortureSettings[:len(tortureSettings):len(tortureSettings)], t.cfg.Settings...), Data: t.data}
}

func (t *tormentor) upTo(ms int) time.Duration {
	return time.Duration(t.random.IntN(ms*1000)) * time.Microsecond
}

// cycle starts the server, lets the clients talk and kills it.
func (t *tormentor) cycle(ctx context.Context, n int) error {
	outage := t.cfg.Database != "" && t.random.IntN(2) == 0
	if t.random.IntN(6) == 0 { // it does not get to the end of its start
		hasty, stop := context.WithTimeout(ctx, t.upTo(tortureStart))
		own, err := target.Start(hasty, t.options())
		stop()
		t.report.Kills++
		if err == nil {
			return own.Kill()
		}
		if hasty.Err() == nil {
			return err
		}
		t.report.Starts++
		return ctx.Err()
	}
	own, err := target.Start(ctx, t.options())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTargetDown, err)
	}
	length := t.upTo(tortureLong)
	talking, stop := context.WithTimeout(ctx, length)
	defer stop()
	links, err := t.connect(ctx, own.Endpoints)
	if err != nil {
		return errors.Join(err, own.Kill())
	}
	var all sync.WaitGroup
	for i, l := range links {
		all.Go(func() { t.hear(i, l) })
		all.Go(func() { t.talk(talking, i, l) })
	}
	if outage {
		all.Go(func() { err = t.outage(t.upTo(tortureLong)) })
	}
	<-talking.Done()
	kill := own.Kill()
	t.report.Kills++
	for _, l := range links {
		if l != nil {
			defer l.Close()
		}
	}
	all.Wait()
	t.say("cycle %d: killed after %v, %d open\n", n, length.Round(time.Millisecond), t.book.Open())
	return errors.Join(kill, err, ctx.Err())
}

// outage kills the database's server and starts it again.
func (t *tormentor) outage(after time.Duration) error {
	time.Sleep(after) // a random instant is the point
	t.report.Outages++
	return errors.Join(t.database("kill"), t.database("start"))
}

func (t *tormentor) database(word string) error {
	command := strings.Fields(strings.ReplaceAll(t.cfg.Database, "%s", word))
	if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s the database's server: %w: %s", word, err, out)
	}
	return nil
}

// connect opens the links, resuming the sessions there were, and sets the stock.
func (t *tormentor) connect(ctx context.Context, at target.Endpoints) (links [tortureLinks]*Link, err error) {
	key, err := token.ReadKeyFile(at.KeyFile)
	if err != nil {
		return links, fmt.Errorf("%w: %w", ErrTargetDown, err)
	}
	now := time.Now()
	signed, err := token.Sign(key, token.Claims{Role: live.Ingest, Expires: now.Add(tokenLife)}, now)
	if err != nil {
		return links, fmt.Errorf("sign a token: %w", err)
	}
	for i := range links {
		hello := wire.Hello{Role: live.Ingest, Token: signed, Outcomes: true}
		if s := &t.sessions[i]; s.id != "" {
			hello.Resume = &wire.Resume{Session: s.id, After: string(s.after)}
		}
		if links[i], err = Dial(ctx, TCP, at.TCP, hello); err != nil {
			return links, err
		}
		t.sessions[i].id = links[i].Session()
	}
	stock := live.Event{
		Type: live.StockUpdate, SKU: torture.SKU, Available: torturePieces, At: time.Now().UnixMilli(), Viewers: live.Absent, Sold: live.Absent,
	}
	return links, links[0].Send(stock)
}

// hear takes what a link brings until it breaks.
func (t *tormentor) hear(i int, l *Link) {
	for {
		o, err := l.Receive()
		if err != nil {
			return
		}
		if o.Type == "reply" {
			t.mu.Lock()
			t.sessions[i].after = live.EventID(strings.Clone(string(o.ID)))
			t.mu.Unlock()
		}
		t.book.Take(i, &o, time.Since(t.start))
	}
}

// talk says again what must be, then new things, until ctx ends or the link breaks.
func (t *tormentor) talk(ctx context.Context, i int, l *Link) {
	for _, e := range t.book.Again(i, time.Now(), false) {
		if l.Send(e) != nil {
			return
		}
	}
	beat := time.NewTicker(tortureBeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if t.book.Open() >= tortureOpen {
				continue
			}
			now := time.Now()
			if l.Send(t.book.Next(i, now, now.Sub(t.start))) != nil {
				return
			}
		}
	}
}

// finish starts the server a last time, waits for what is open, asks once more for some of what has ended, and compares the
// ledger.
func (t *tormentor) finish(ctx context.Context) error {
	own, err := target.Start(ctx, t.options())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTargetDown, err)
	}
	links, err := t.connect(ctx, own.Endpoints)
	if err != nil {
		return errors.Join(err, own.Kill())
	}
	var hearing sync.WaitGroup
	for i, l := range links {
		hearing.Go(func() { t.hear(i, l) })
	}
	err = t.settle(ctx, links)
	if err == nil {
		err = t.look(ctx, own.Endpoints)
	}
	for _, l := range links {
		err = errors.Join(err, l.Close())
	}
	hearing.Wait()
	if unclean := own.Stop(); unclean != nil {
		t.report.Faults = append(t.report.Faults, unclean.Error())
	}
	t.book.Fill(t.report)
	return err
}

// settle waits until everything has its outcome, and then until what is said once more has brought it again.
func (t *tormentor) settle(ctx context.Context, links [tortureLinks]*Link) error {
	say := func(events func(link int) []live.Event) (said int, err error) {
		for i, l := range links {
			for _, e := range events(i) {
				said++
				err = errors.Join(err, l.Send(e))
			}
		}
		return said, err
	}
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	over := time.NewTimer(tortureGrace)
	defer over.Stop()
	for round := 0; t.book.Open() > 0; round++ {
		// What was acknowledged is owed without being asked for; after a while a client asks all the same.
		if _, err := say(func(i int) []live.Event { return t.book.Again(i, time.Now(), round > 20) }); err != nil {
			return fmt.Errorf("%w: say again: %w", ErrTargetDown, err)
		}
		select {
		case <-look.C:
		case <-over.C:
			return nil // the verdict names what is missing
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	before := t.book.Repeats()
	asked, err := say(func(i int) []live.Event { return t.book.Sample(i, tortureSample, time.Now()) })
	if err != nil {
		return fmt.Errorf("%w: say once more: %w", ErrTargetDown, err)
	}
	for t.report.Repeated < asked {
		select {
		case <-look.C:
			t.report.Repeated = int(t.book.Repeats() - before)
		case <-over.C:
			t.report.Faults = append(t.report.Faults, fmt.Sprintf("%d of %d messages said once more brought their outcome again", t.report.Repeated, asked))
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// look compares what buyers were told with the ledger.
func (t *tormentor) look(ctx context.Context, at target.Endpoints) error {
	ledger := target.NewLedger(at.Admin, at.Tokens.Admin)
	var err error
	if t.report.Ledger, _, err = ledger.Stock(ctx, torture.SKU); err != nil {
		return err
	}
	for _, p := range t.book.Pieces() {
		want := live.ReservationOpen.String()
		if p.Locked {
			want = live.ReservationConfirmed.String()
		}
		held, err := ledger.Reservation(ctx, p.ID)
		switch {
		case err != nil:
			t.unbacked("%s: %v", p.ID, err)
		case held.SKU != torture.SKU || held.Quantity != 1 || held.State != want:
			t.unbacked("%s: %d of %s, %s, want one %s", p.ID, held.Quantity, held.SKU, held.State, want)
		}
	}
	return nil
}

func (t *tormentor) unbacked(format string, args ...any) {
	const most = 20
	if len(t.report.Unbacked) < most {
		t.report.Unbacked = append(t.report.Unbacked, fmt.Sprintf(format, args...))
	}
}
