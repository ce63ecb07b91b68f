package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/emmansun/gmsm/sm3"

	"liveroom/engine/audit"
	"liveroom/engine/files"
)

const (
	configFile     = "config.last.json" // the settings of the last start, in the data folder
	maxConfigBytes = 1 << 20            // more than they ever take
	maxShownValue  = 200                // bytes of a value in the audit log
	maxShownKeys   = 40                 // settings that are named one by one
)

// keptConfig is what the file says.
type keptConfig struct {
	Version  int               `json:"version"`
	Settings map[string]string `json:"settings"`
}

const configVersion = 1

// secretive tells whether the value of a setting is to be shown to nobody. Secrets come from files, so no setting is one;
// these may be taken for a place to put one all the same.
func secretive(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, word := range []string{"dsn", "command", "secret", "password", "passphrase", "token", "key", "url", "webhook"} {
		if last == word || strings.HasSuffix(last, "_"+word) {
			return true
		}
	}
	return false
}

// settingsOf returns every setting as text. Of one that is shown to nobody it is a pseudonym, which tells only whether two
// are the same.
func settingsOf(cfg *Config, pseudonym func(string) string) map[string]string {
	all := make(map[string]string)
	for _, k := range cfg.Keys() {
		value := fmt.Sprint(k.Value)
		if secretive(k.Name) && value != "" {
			value = pseudonym(value)
		}
		all[k.Name] = value
	}
	return all
}

// sumOf is the SM3 of settings: of lines key=value, by key.
func sumOf(settings map[string]string) string {
	h := sm3.New()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(h, "%s=%q\n", name, settings[name])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// differences says what is other in now than in before, by key.
func differences(before, now map[string]string) (all []string) {
	keys := maps.Clone(before)
	maps.Copy(keys, now)
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		was, had := before[name]
		is, has := now[name]
		switch {
		case had && has && was == is:
		case !has:
			all = append(all, name+" is no setting any more")
		case secretive(name):
			all = append(all, name+" (not shown)")
		case !had:
			all = append(all, fmt.Sprintf("%s = %s", name, shortly(is)))
		default:
			all = append(all, fmt.Sprintf("%s %s → %s", name, shortly(was), shortly(is)))
		}
	}
	return all
}

// shortly shows a value of whatever length.
func shortly(value string) string {
	if len(value) > maxShownValue {
		return fmt.Sprintf("%.*q…", maxShownValue, value)
	}
	return fmt.Sprintf("%q", value)
}

// configDetail is what the audit log says of the configuration: its hash, that of the start before, and what is other.
func configDetail(cfg *Config, before map[string]string, pseudonym func(string) string) string {
	now := settingsOf(cfg, pseudonym)
	said := "SM3 " + sumOf(now)
	against := "the start before, SM3 " + sumOf(before)
	if before == nil {
		plain := Default()
		before, against = settingsOf(&plain, pseudonym), "the defaults; of an earlier start nothing is known"
	}
	changed := differences(before, now)
	if len(changed) == 0 {
		return said + ": as " + against
	}
	said += fmt.Sprintf("; %d other than %s: ", len(changed), against)
	if more := len(changed) - maxShownKeys; more > 0 {
		changed = append(changed[:maxShownKeys], fmt.Sprintf("and %d more", more))
	}
	return said + strings.Join(changed, "; ")
}

// tellConfig writes into the audit log with which settings the node starts. They are read at no other time.
func (e *Engine) tellConfig() {
	path := filepath.Join(e.cfg.Storage.Dir, configFile)
	log := e.parts.audit
	before, err := readSettings(path)
	if err != nil {
		e.log.Warn("settings of the start before cannot be read; the audit log tells these against the defaults", "file", path, "err", err)
	}
	act := audit.Act{Who: "node", Act: "config.start", On: "configuration", Detail: configDetail(&e.cfg, before, log.Pseudonym)}
	if err := log.Tell(act); err != nil { // it failed loudly by itself; the next start tells the difference again
		return
	}
	kept, err := json.Marshal(keptConfig{configVersion, settingsOf(&e.cfg, log.Pseudonym)})
	if err == nil {
		err = files.Replace(path, append(kept, '\n'), nil)
	}
	if err != nil {
		e.log.Warn("settings of this start not kept; the next one is told against an earlier one", "file", path, "err", err)
	}
}

// readSettings returns the settings of the start before, nil when there is none.
func readSettings(path string) (map[string]string, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular() || st.Size() > maxConfigBytes:
		return nil, fmt.Errorf("mode %v and %d bytes, want a regular file of at most %d", st.Mode(), st.Size(), maxConfigBytes)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var kept keptConfig
	if err := files.DecodeJSON(bytes.TrimSpace(file), &kept); err != nil {
		return nil, err
	}
	if kept.Version != configVersion || kept.Settings == nil {
		return nil, fmt.Errorf("version %d, want %d with settings", kept.Version, configVersion)
	}
	return kept.Settings, nil
}
