package engine

import (
	"os"
	"path/filepath"
	"strings"
)

// addressFile is where a running node says in its data folder at which address its admin side really is, port 0 or not, so
// that a command beside it finds it.
const addressFile = "admin.addr"

// tellWhere writes the address. Without it a command must be told, so a disk that is full keeps no node from starting.
func (e *Engine) tellWhere() {
	path := filepath.Join(e.cfg.Storage.Dir, addressFile)
	if err := os.WriteFile(path, []byte(e.Addrs().Admin+"\n"), 0o600); err != nil {
		e.log.Warn("commands beside this node must be told its admin address", "file", path, "err", err)
	}
}

func (e *Engine) forgetWhere() { os.Remove(filepath.Join(e.cfg.Storage.Dir, addressFile)) }

// AdminAddress returns the address of the admin side of the node that runs on a data folder, or that is configured.
func AdminAddress(cfg Config) string {
	told, err := os.ReadFile(filepath.Join(cfg.Storage.Dir, addressFile))
	if addr := strings.TrimSpace(string(told)); err == nil && addr != "" {
		return addr
	}
	return cfg.Admin.Addr
}
