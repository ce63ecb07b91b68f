package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"liveroom/engine"
	"liveroom/engine/audit"
	"liveroom/engine/storage"
)

// auditCommand looks into the audit log of a data folder, whether its node runs or not.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check the audit log: nothing altered, removed, put in, moved or cut off."`
	Heads  auditHeadsCommand  `cmd:"" help:"Print the signed heads that the log's folder keeps, as JSON lines."`
}

// auditPlace says where the log is.
type auditPlace struct {
	settings
	Data string `help:"The data folder, instead of storage.dir." type:"path" placeholder:"DIR"`
}

func (p auditPlace) find() (audit.Config, storage.Config, error) {
	cfg, _, err := p.load(engine.Default())
	if err != nil {
		return audit.Config{}, storage.Config{}, err
	}
	if p.Data != "" {
		cfg.Storage.Dir = p.Data
	}
	return cfg.Audit.In(cfg.Storage.Dir), cfg.Storage, nil
}

type auditVerifyCommand struct {
	auditPlace
	Heads     []string `help:"File of heads in the second place, instead of audit.heads_file; may be repeated." type:"existingfile" placeholder:"FILE"`
	PublicKey []string `help:"Public key (PEM) that was kept apart; heads of other keys are then a fault. May be repeated: a key, and the one that came after it." type:"existingfile" placeholder:"FILE"`
}

// Run prints what is wrong with the log, and fails when anything is.
func (c *auditVerifyCommand) Run(ctx context.Context, s streams) error {
	at, store, err := c.find()
	if err != nil {
		return err
	}
	check := audit.Check{Dir: at.Dir, Heads: c.Heads}
	if len(c.Heads) == 0 {
		for _, path := range at.HeadsFile {
			if _, err := os.Stat(path); err == nil {
				check.Heads = append(check.Heads, path)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			} else {
				fmt.Fprintf(s.err, "note: %s does not exist; a log whose end was cut off may look whole\n", path)
			}
		}
	}
	if check.Kept, err = engine.HeadsKept(ctx, store); err != nil {
		fmt.Fprintln(s.err, "note: the heads in the store are not read:", oneLine(err.Error()))
	}
	for _, path := range c.PublicKey {
		key, err := audit.ReadPublicKey(path)
		if err != nil {
			return fmt.Errorf("%w: --public-key: %w", errUsage, err)
		}
		check.PublicKeys = append(check.PublicKeys, key)
	}
	report, err := audit.Verify(check)
	if err != nil {
		return err
	}
	for _, f := range report.Notes {
		fmt.Fprintln(s.out, "note:", oneLine(f.String()))
	}
	for _, f := range report.Faults {
		fmt.Fprintln(s.out, "FAULT:", oneLine(f.String()))
	}
	fmt.Fprintf(s.out, "chain %s: %d records in %d files, %d to %d; %d heads hold, the last of record %d\n",
		report.Chain, report.Records, report.Files, report.First, report.Last, report.Heads, report.Headed)
	if n := len(report.Faults); n > 0 {
		return fmt.Errorf("the audit log of %s is not what was written: %d fault(s)", at.Dir, n)
	}
	_, err = fmt.Fprintln(s.out, "sound")
	return err
}

// oneLine keeps what a tampered log holds from steering the terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, text)
}

type auditHeadsCommand struct{ auditPlace }

// Run prints the heads.
func (c *auditHeadsCommand) Run(s streams) error {
	at, _, err := c.find()
	if err != nil {
		return err
	}
	heads, err := audit.Heads(at.Dir)
	if err != nil {
		return err
	}
	for _, h := range heads {
		if _, err := fmt.Fprintf(s.out, "%s\n", h.Line()); err != nil {
			return err
		}
	}
	return nil
}
