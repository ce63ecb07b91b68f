package engine

import (
	"context"
	"strings"

	"liveroom/engine/audit"
	"liveroom/scripts"
)

// byFile is who the audit log names for what was changed on the disk: whoever may write there.
const byFile = "file"

// scriptsChanged writes into the audit log that the files of the scripts folder have changed, takes them up, and writes
// whether they are in force or refused. What the console changes is written down as an act of its user's instead.
func (p *parts) scriptsChanged(c scripts.Change, try func() error) error {
	what := "the folder cannot be read"
	if c.Digest != "" {
		what = strings.Join(c.Files, ", ") + "; digest " + c.Digest
	}
	return p.audit.Do(context.Background(), audit.Act{
		Who: byFile, Act: "script.reload", On: "scripts folder", Detail: what + ", in force " + c.Running,
	}, try)
}

// ExportScripts writes the script library that ships with liveroom into an empty folder, for editing: point scripts.dir at
// it.
func ExportScripts(dir string) error { return scripts.Export(dir) }
