package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
)

// usersCommand looks after the accounts of the admin side, at a node that runs.
type usersCommand struct {
	List   usersListCommand   `cmd:"" help:"Print the accounts."`
	Add    usersAddCommand    `cmd:"" help:"Make an account and print its one-time password."`
	Role   usersRoleCommand   `cmd:"" help:"Give an account another role."`
	Reset  usersResetCommand  `cmd:"" help:"Give an account a one-time password and print it; its sessions end."`
	Remove usersRemoveCommand `cmd:"" help:"Remove an account; its sessions end."`
}

// ask asks the node for something about accounts, and decodes its answer unless into is nil.
func (n node) ask(ctx context.Context, method, path string, body, into any) error {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return err
		}
	}
	status, answer, err := n.request(ctx, method, path, sent)
	switch {
	case err != nil:
		return err
	case status >= http.StatusBadRequest:
		return refused("the node", status, answer)
	case into == nil:
		return nil
	}
	return json.Unmarshal(answer, into)
}

type usersListCommand struct{ node }

// Run prints the accounts.
func (c *usersListCommand) Run(ctx context.Context, s streams) error {
	var all struct {
		Users []struct {
			Name, Role string
			MustChange bool `json:"must_change"`
		}
	}
	if err := c.ask(ctx, http.MethodGet, "/v1/users", nil, &all); err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tPASSWORD")
	for _, u := range all.Users {
		password := "own"
		if u.MustChange {
			password = "one-time"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", u.Name, u.Role, password)
	}
	return w.Flush()
}

// showPassword prints what nothing shows again.
func showPassword(s streams, name, password string) error {
	_, err := fmt.Fprintf(s.out, "%s signs in once with %s and then chooses a password\n", name, password)
	return err
}

type usersAddCommand struct {
	node
	Name string `arg:"" help:"Name to sign in with: a–z, 0–9, dot, dash, underscore."`
	Role string `help:"What the account may do: ${enum}." required:"" enum:"admin,operator,supervisor,seat,auditor"`
}

// Run makes an account.
func (c *usersAddCommand) Run(ctx context.Context, s streams) error {
	var made struct{ Password string }
	if err := c.ask(ctx, http.MethodPost, "/v1/users", map[string]string{"name": c.Name, "role": c.Role}, &made); err != nil {
		return err
	}
	return showPassword(s, c.Name, made.Password)
}

type usersRoleCommand struct {
	node
	Name string `arg:"" help:"The account."`
	Role string `arg:"" help:"What it may do: ${enum}." enum:"admin,operator,supervisor,seat,auditor"`
}

// Run gives an account another role.
func (c *usersRoleCommand) Run(ctx context.Context) error {
	return c.ask(ctx, http.MethodPut, "/v1/users/"+url.PathEscape(c.Name), map[string]string{"role": c.Role}, nil)
}

type usersResetCommand struct {
	node
	Name string `arg:"" help:"The account."`
}

// Run gives an account a one-time password.
func (c *usersResetCommand) Run(ctx context.Context, s streams) error {
	var made struct{ Password string }
	if err := c.ask(ctx, http.MethodPost, "/v1/users/"+url.PathEscape(c.Name)+"/password", nil, &made); err != nil {
		return err
	}
	return showPassword(s, c.Name, made.Password)
}

type usersRemoveCommand struct {
	node
	Name string `arg:"" help:"The account."`
}

// Run removes an account.
func (c *usersRemoveCommand) Run(ctx context.Context) error {
	return c.ask(ctx, http.MethodDelete, "/v1/users/"+url.PathEscape(c.Name), nil, nil)
}
