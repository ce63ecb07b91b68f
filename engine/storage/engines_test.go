package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresTests names a PostgreSQL server to the tests (a URL): then all of them run on it, but those that are about a file
// of SQLite's. "make test-postgres" starts one.
const postgresTests = "STORAGE_TEST_POSTGRES"

// on returns cfg for the database that the tests run on: with PostgreSQL a schema for each folder.
func on(cfg Config) Config {
	server := os.Getenv(postgresTests)
	if server == "" || cfg.Dir == "" || cfg.DSN != "" {
		return cfg
	}
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256([]byte(cfg.Dir))
	schema := fmt.Sprintf("t_%x", sum[:8])
	c, err := pgx.Connect(context.Background(), server)
	if err != nil {
		panic(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), `CREATE SCHEMA IF NOT EXISTS `+schema); err != nil {
		panic(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	cfg.DSN = u.String()
	return cfg
}

// sqliteOnly skips a test that is about a file of SQLite's.
func sqliteOnly(t *testing.T) {
	t.Helper()
	if os.Getenv(postgresTests) != "" {
		t.Skip("it is about a file of SQLite's")
	}
}

// postgresOnly skips a test that needs a server.
func postgresOnly(t *testing.T) {
	t.Helper()
	if os.Getenv(postgresTests) == "" {
		t.Skip("it needs a PostgreSQL: make test-postgres")
	}
}

// byHand opens the database of a folder, beside the store that may have it open.
func byHand(t testing.TB, dir string) *sql.DB {
	t.Helper()
	cfg := on(Config{Dir: dir})
	var db *sql.DB
	if cfg.DSN == "" {
		var err error
		if db, err = openSQLite(dir, 1); err != nil {
			t.Fatal(err)
		}
	} else {
		parsed, err := pgx.ParseConfig(cfg.DSN)
		if err != nil {
			t.Fatal(err)
		}
		parsed.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // several statements at a time
		db = stdlib.OpenDB(*parsed)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// edit changes the database of a folder by hand.
func edit(t testing.TB, dir, statement string, args ...any) {
	t.Helper()
	db := byHand(t, dir)
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// shape returns the tables and views of a database with their columns.
func shape(t *testing.T, dir string) (columns []string) {
	t.Helper()
	db := byHand(t, dir)
	defer db.Close()
	query := `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type IN ('table', 'view')`
	if on(Config{Dir: dir}).DSN != "" {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, name)
	}
	slices.Sort(columns)
	return columns
}

// Whatever the database, the tables are the same.
func TestBothDatabasesHaveOneSchema(t *testing.T) {
	want := strings.Fields(`data_key.created data_key.id data_key.master data_key.purpose data_key.wrapped
		document.at document.data document.id document.kind document.version erased.at erased.done erased.id
		fact.at fact.data fact.id fact.kind fact.version journal.at journal.data journal.records journal.seq known_user.id meta.key meta.value
		person_key.at person_key.data person_key.id person_key.number
		user_state.id user_state.seq user_state.state user_state.tail user_state.tail_seq`)
	s, _ := start(t, Config{}, nil)
	if got := shape(t, s.cfg.Dir); !slices.Equal(got, want) {
		t.Errorf("the schema is %q, want %q", got, want)
	}
}
