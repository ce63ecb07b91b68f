package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"liveroom/engine/files"
	"liveroom/engine/live"
)

// FirstAccount is the account that the first start makes.
const FirstAccount = "admin"

const (
	maxAccounts = 1000
	maxName     = 64 // bytes
)

// Account is one person on the admin side, without the password.
type Account struct {
	Name       string `json:"name"`
	Role       string `json:"role"`
	MustChange bool   `json:"must_change"` // the password is a one-time one
	Changed    int64  `json:"changed"`     // when the password was set, Unix milliseconds
}

// storedAccount is a line of the file.
type storedAccount struct {
	Account
	Hash string `json:"hash"`
}

// Accounts are the people of the admin side: a file of mode 0600, sealed, whose passwords are argon2id hashes.
type Accounts struct {
	path    string
	sealer  Sealer // nil keeps the file plain
	hashing hashing
	nobody  parsedHash // what a name without account is tried against, so that it takes as long

	mu  sync.Mutex                // held over writes of the file, which are rare
	all map[string]*storedAccount // guarded by mu; values are replaced, never changed
}

// OpenAccounts reads the accounts; there may be none yet. A file that is plain is sealed, unless by is nil.
func OpenAccounts(path string, by Sealer) (*Accounts, error) {
	a := &Accounts{path: path, sealer: by, hashing: newHashing(), nobody: noHash(), all: make(map[string]*storedAccount)}
	content, plain, err := readSealed(path, by)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	if content == nil {
		return a, nil
	}
	if err := a.read(content); err != nil {
		return nil, fmt.Errorf("read accounts: %s: %w", path, err)
	}
	if plain {
		return a, a.Reseal()
	}
	return a, nil
}

// Reseal writes the file anew, under the key that the sealer has by now.
func (a *Accounts) Reseal() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.all) == 0 {
		return nil // there is no file yet
	}
	return a.keep(a.all)
}

// First makes FirstAccount where there are no accounts, and returns its one-time password, which is to be shown once and
// kept nowhere; "" when there are accounts.
func (a *Accounts) First(ctx context.Context, now time.Time) (string, error) {
	if len(a.List()) > 0 {
		return "", nil
	}
	return a.Add(ctx, FirstAccount, live.Admin, now)
}

func (a *Accounts) read(content []byte) error {
	var file struct {
		Accounts []storedAccount `json:"accounts"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return fmt.Errorf("not the file of accounts: %w", err)
	}
	for _, one := range file.Accounts {
		if err := checkName(one.Name); err != nil {
			return err
		}
		if !signsIn(live.ParseRole(one.Role)) {
			return fmt.Errorf("account %s: role %q; want admin, operator, supervisor, seat or auditor", one.Name, one.Role)
		}
		if _, err := parseHash(one.Hash); err != nil {
			return fmt.Errorf("account %s: hash: %w", one.Name, err)
		}
		if a.all[one.Name] != nil {
			return fmt.Errorf("account %s comes twice", one.Name)
		}
		a.all[one.Name] = &one
	}
	return nil
}

// signsIn tells whether people have the role; the others are of programs, which have tokens.
func signsIn(r live.Role) bool {
	switch r {
	case live.Admin, live.Operator, live.Supervisor, live.Seat, live.Auditor:
		return true
	}
	return false
}

func checkName(name string) error {
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	}) {
		return fmt.Errorf("%w: name: %.80q; want 1 to %d of a–z, 0–9, dot, dash and underscore", ErrAccount, name, maxName)
	}
	return nil
}

// Find returns an account.
func (a *Accounts) Find(name string) (Account, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.all[name]
	if one == nil {
		return Account{}, false
	}
	return one.Account, true
}

// List returns every account by name.
func (a *Accounts) List() []Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]Account, 0, len(a.all))
	for _, one := range a.all {
		all = append(all, one.Account)
	}
	slices.SortFunc(all, func(x, y Account) int { return strings.Compare(x.Name, y.Name) })
	return all
}

// Check returns the account of a name and its password, or ErrPassword. It takes as long for a name that nobody has.
func (a *Accounts) Check(ctx context.Context, name, password string) (Account, error) {
	a.mu.Lock()
	one := a.all[name]
	a.mu.Unlock()
	hash := a.nobody
	if one != nil {
		var err error
		if hash, err = parseHash(one.Hash); err != nil {
			return Account{}, fmt.Errorf("account %s: hash: %w", name, err)
		}
	}
	good := false
	if len(password) <= maxPassword {
		if err := a.hashing.do(ctx, func() { good = hash.is(password) }); err != nil {
			return Account{}, err
		}
	}
	if one == nil || !good {
		return Account{}, ErrPassword
	}
	return one.Account, nil
}

// SetPassword gives an account a password of its owner's choice. It wraps ErrPassword when the old one is wrong, and
// ErrWeak when the new one will not do.
func (a *Accounts) SetPassword(ctx context.Context, name, old, next string, now time.Time) error {
	if _, err := a.Check(ctx, name, old); err != nil {
		return err
	}
	if old == next {
		return fmt.Errorf("%w: it is the old one", ErrWeak)
	}
	if err := checkNew(name, next); err != nil {
		return err
	}
	return a.set(ctx, name, next, false, now)
}

// Reset gives an account a one-time password and returns it.
func (a *Accounts) Reset(ctx context.Context, name string, now time.Time) (string, error) {
	password := oneTime()
	return password, a.set(ctx, name, password, true, now)
}

func (a *Accounts) set(ctx context.Context, name, password string, once bool, now time.Time) error {
	var hash string
	if err := a.hashing.do(ctx, func() { hash = hashPassword(password) }); err != nil {
		return err
	}
	return a.change(func(all map[string]*storedAccount) error {
		one := all[name]
		if one == nil {
			return fmt.Errorf("%w: %s", ErrNoAccount, name)
		}
		next := *one
		next.Hash, next.MustChange, next.Changed = hash, once, now.UnixMilli()
		all[name] = &next
		return nil
	})
}

// Add makes an account and returns its one-time password.
func (a *Accounts) Add(ctx context.Context, name string, role live.Role, now time.Time) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	if !signsIn(role) {
		return "", fmt.Errorf("%w: role: %q; want admin, operator, supervisor, seat or auditor", ErrAccount, role)
	}
	password := oneTime()
	var hash string
	if err := a.hashing.do(ctx, func() { hash = hashPassword(password) }); err != nil {
		return "", err
	}
	err := a.change(func(all map[string]*storedAccount) error {
		if all[name] != nil {
			return fmt.Errorf("%w: name: there is a %s already", ErrAccount, name)
		}
		if len(all) >= maxAccounts {
			return fmt.Errorf("%w: %d accounts", ErrFull, len(all))
		}
		all[name] = &storedAccount{Account{Name: name, Role: role.String(), MustChange: true, Changed: now.UnixMilli()}, hash}
		return nil
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// SetRole gives an account another role.
func (a *Accounts) SetRole(name string, role live.Role) error {
	if !signsIn(role) {
		return fmt.Errorf("%w: role: want admin, operator, supervisor, seat or auditor", ErrAccount)
	}
	return a.change(func(all map[string]*storedAccount) error {
		one := all[name]
		if one == nil {
			return fmt.Errorf("%w: %s", ErrNoAccount, name)
		}
		next := *one
		next.Role = role.String()
		all[name] = &next
		return nil
	})
}

// Remove ends an account.
func (a *Accounts) Remove(name string) error {
	return a.change(func(all map[string]*storedAccount) error {
		if all[name] == nil {
			return fmt.Errorf("%w: %s", ErrNoAccount, name)
		}
		delete(all, name)
		return nil
	})
}

// change makes a change that is kept before it is in force, and never leaves the node without an admin.
func (a *Accounts) change(make func(map[string]*storedAccount) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := maps.Clone(a.all)
	if err := make(next); err != nil {
		return err
	}
	admin := false
	for _, one := range next {
		admin = admin || one.Role == live.Admin.String()
	}
	if !admin {
		return fmt.Errorf("%w: one admin must remain", ErrAccount)
	}
	if err := a.keep(next); err != nil {
		return err
	}
	a.all = next
	return nil
}

// keep writes the file. The caller holds mu.
func (a *Accounts) keep(all map[string]*storedAccount) error {
	var file struct {
		Accounts []*storedAccount `json:"accounts"`
	}
	for _, one := range all {
		file.Accounts = append(file.Accounts, one)
	}
	slices.SortFunc(file.Accounts, func(x, y *storedAccount) int { return strings.Compare(x.Name, y.Name) })
	content, err := json.MarshalIndent(file, "", "  ")
	content = append(content, '\n')
	if err == nil && a.sealer != nil {
		var head []byte
		var line func([]byte) []byte
		if head, line, err = a.sealer.New(filepath.Base(a.path)); err == nil {
			content = append(head, line(content)...)
		}
	}
	if err == nil {
		err = files.Replace(a.path, content, nil)
	}
	if err != nil {
		return fmt.Errorf("keep accounts: %w", err)
	}
	return nil
}

// isCallers tells whether an error of Accounts is the caller's.
func isCallers(err error) bool {
	return errors.Is(err, ErrAccount) || errors.Is(err, ErrNoAccount) || errors.Is(err, ErrWeak) || errors.Is(err, ErrFull)
}
