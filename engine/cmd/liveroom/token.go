package main

import (
	"fmt"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

type tokenCommand struct {
	KeyFile string        `help:"File with the key of the node's tokens." required:"" type:"existingfile" placeholder:"FILE"`
	Role    string        `help:"What the link may do: ${enum}." required:"" enum:"ingest,viewer,seat,admin"`
	Shop    string        `help:"The shop it is for."`
	Room    string        `help:"The room it is for; a viewer needs one."`
	User    string        `help:"The user it is for; a viewer needs one."`
	TTL     time.Duration `help:"How long it is good for." default:"1h" name:"ttl"`
}

// Run prints a token.
func (c *tokenCommand) Run(s streams) error {
	key, err := token.ReadKeyFile(c.KeyFile)
	if err != nil {
		return err
	}
	now := time.Now()
	signed, err := token.Sign(key, token.Claims{
		Role: live.ParseRole(c.Role), Shop: live.ShopID(c.Shop), Room: live.RoomID(c.Room), User: live.UserID(c.User),
		Expires: now.Add(c.TTL),
	}, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, signed)
	return err
}
