package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/sys/unix"
)

// How long a PostgreSQL is waited for.
const (
	connectTime  = 3 * time.Second
	answerTime   = 10 * time.Second      // to one transaction; also to a packet
	relockTime   = 2 * time.Second       // for our own earlier connection to be gone
	lockPause    = 50 * time.Millisecond // between two tries
	maxDSNLength = 4 << 10
)

// lockTime is how long another process is waited for when the store is opened: a server needs a while to notice that a
// machine is gone. A variable for the tests.
var lockTime = 10 * time.Second

// postgres is a PostgreSQL database, or one schema in it: that which is first on the search path.
//
// Whoever writes holds an advisory lock, which goes with the connection: so two processes never write at a time, and a
// connection that comes after a lost one begins when whatever that one was doing is over. The row "owner" of meta names the
// process that opened the store last; an earlier one that finds another name there has been replaced, and ends.
type postgres struct {
	cfg   *pgx.ConnConfig
	label string       // of our connections that write, on the server; no other process has it
	owner atomic.Int64 // our name in meta, 0 until claimed
	read  *sql.DB      // set by open
}

func newPostgres(cfg Config) (*postgres, error) {
	key, dsn := "dsn", cfg.DSN
	if cfg.DSNFile != "" {
		var err error
		if dsn, err = readDSN(cfg.DSNFile); err != nil {
			return nil, fmt.Errorf("storage.dsn_file: %w", err)
		}
		key = "dsn_file"
	}
	parsed, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("storage.%s: %w", key, err) // the driver has left the password out
	}
	if parsed.ConnectTimeout == 0 {
		parsed.ConnectTimeout = connectTime
	}
	parsed.DialFunc = dial
	params := parsed.RuntimeParams
	if params["synchronous_commit"] == "off" {
		return nil, fmt.Errorf("storage.%s: synchronous_commit is off: what was acknowledged would be lost when the server dies; leave it out", key)
	}
	for name, value := range map[string]string{
		"synchronous_commit": "on", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
	} {
		if params[name] == "" {
			params[name] = value
		}
	}
	var random [8]byte
	rand.Read(random[:])
	return &postgres{cfg: parsed, label: fmt.Sprintf("liveroom %x", random)}, nil
}

// readDSN reads the file with the DSN, which may hold a password.
func readDSN(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", fmt.Errorf("%s may be read by others (mode %04o); run: chmod 600 %s", path, mode, path)
	}
	if info.Size() > maxDSNLength {
		return "", fmt.Errorf("%s is longer than %d bytes and so no DSN", path, maxDSNLength)
	}
	b, err := os.ReadFile(path)
	if err == nil && strings.TrimSpace(string(b)) == "" {
		err = fmt.Errorf("%s is empty", path)
	}
	return strings.TrimSpace(string(b)), err
}

var passwordKey = regexp.MustCompile(`(?i)\bpassword\s*=`)

// checkDSN refuses a password where it would be printed, and what is no DSN at all.
func checkDSN(dsn string) error {
	if dsn == "" {
		return nil
	}
	secret := passwordKey.MatchString(dsn)
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		_, set := u.User.Password()
		secret = secret || set
	}
	if secret {
		return errors.New("it holds a password, which would be shown with the configuration; put the whole into a file of mode 0600 and name that as dsn_file")
	}
	_, err := pgx.ParseConfig(dsn)
	return err
}

// dial connects so that a server that is gone without a word is noticed within answerTime.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}}
	if strings.HasPrefix(network, "tcp") {
		d.Control = func(_, _ string, c syscall.RawConn) (err error) {
			refused := c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(answerTime.Milliseconds()))
			})
			return errors.Join(err, refused)
		}
	}
	return d.DialContext(ctx, network, address)
}

func (p *postgres) open(ctx context.Context, readers int) (pools, error) {
	all := pools{kind: "postgres", begin: "BEGIN", patience: answerTime, instant: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", scrub: []string{
		"VACUUM (FULL) journal", "VACUUM (FULL) user_state", "VACUUM (FULL) fact", "VACUUM (FULL) person_key",
	}}
	writing, reading := p.cfg.Copy(), p.cfg.Copy()
	writing.RuntimeParams["application_name"] = p.label
	reading.RuntimeParams["application_name"] = "liveroom reads"
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	all.write = stdlib.OpenDB(*writing, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		err := p.hold(ctx, c)
		if err != nil {
			c.Close(ctx)
		}
		return err
	}))
	all.write.SetMaxOpenConns(1)
	all.write.SetMaxIdleConns(1)
	all.read = stdlib.OpenDB(*reading)
	all.read.SetMaxOpenConns(readers)
	all.read.SetMaxIdleConns(readers)
	p.read = all.read
	if err := all.read.PingContext(ctx); err != nil {
		return all, fmt.Errorf("connect: %w", err)
	}
	return all, nil
}

// hold makes a new connection the one that writes.
func (p *postgres) hold(ctx context.Context, c *pgx.Conn) error {
	ours := p.owner.Load()
	patience := lockTime
	if ours != 0 {
		patience = relockTime
	}
	for end := time.Now().Add(patience); ; {
		var held bool
		err := c.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('liveroom ' || current_schema(), 0))`).Scan(&held)
		if err != nil {
			return fmt.Errorf("lock the database: %w", err)
		}
		if held {
			break
		}
		// Our own earlier connection, if the server has not noticed yet that it is gone.
		_, err = c.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()`, p.label)
		if err != nil {
			return fmt.Errorf("lock the database: %w", err)
		}
		if time.Now().After(end) {
			return fmt.Errorf("lock the database: %w", ErrLocked)
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return fmt.Errorf("lock the database: %w", ctx.Err())
		}
	}
	var fsync string
	if err := c.QueryRow(ctx, `SHOW fsync`).Scan(&fsync); err != nil {
		return fmt.Errorf("ask for fsync: %w", err)
	}
	if fsync == "off" {
		return errors.New("the server runs with fsync off: what was acknowledged would be lost when its machine dies; set fsync = on")
	}
	if ours == 0 {
		return nil
	}
	var owner int64
	if err := c.QueryRow(ctx, `SELECT value FROM meta WHERE key = $1`, metaOwner).Scan(&owner); err != nil {
		return fmt.Errorf("read meta %s: %w", metaOwner, err)
	}
	if owner != ours {
		return ErrTaken
	}
	return nil
}

// claim writes our name into meta.
func (p *postgres) claim(ctx context.Context, all pools) error {
	var random [8]byte
	rand.Read(random[:])
	name := int64(binary.LittleEndian.Uint64(random[:])>>1) | 1
	if _, err := all.write.ExecContext(ctx, setMeta, metaOwner, name); err != nil {
		return fmt.Errorf("claim the database: %w", err)
	}
	p.owner.Store(name)
	return nil
}

func (p *postgres) exists(ctx context.Context) (there bool, err error) {
	c, err := pgx.ConnectConfig(ctx, p.cfg.Copy())
	if err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	defer c.Close(ctx)
	err = c.QueryRow(ctx, `SELECT to_regclass('data_key') IS NOT NULL`).Scan(&there)
	return there, err
}

// unsure implements backend. A server that answers with an error has rolled back, unless it is going down.
func (*postgres) unsure(err error) bool {
	var told *pgconn.PgError
	if errors.As(err, &told) {
		return told.SeverityUnlocalized != "ERROR"
	}
	return !errors.Is(err, errDiscard) && !pgconn.SafeToRetry(err) // these two mean that nothing was sent
}

func (p *postgres) bytes(ctx context.Context) (total int64, err error) {
	if p.read == nil {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	var text string
	err = p.read.QueryRowContext(ctx, `SELECT sum(pg_total_relation_size(t))::text
		FROM unnest(ARRAY['journal', 'user_state', 'fact', 'document', 'person_key', 'data_key', 'erased', 'meta']::regclass[]) AS t`).Scan(&text)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}
