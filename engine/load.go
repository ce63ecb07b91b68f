package engine

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Sources say where settings come from, each layer over the one before: defaults, File, Environ, Flags.
type Sources struct {
	File    string   // YAML; empty for none; every key in it must be known
	Environ []string // as os.Environ; LIVEROOM_<KEY> sets a key, LIVEROOM_<KEY>_FILE sets it to what a file holds
	Flags   []string // "key=value"
}

// foreign are variables of our prefix that are not settings.
var foreign = []string{"LIVEROOM_CORPORA", "LIVEROOM_ONNXRUNTIME", "LIVEROOM_GOLDEN", MasterKeyEnv}

// Load reads the configuration over base and reports every problem at once, each by its key. The keys it returns
// tell the source of each value.
func Load(base Config, from Sources) (Config, []Key, error) {
	cfg := base
	keys := cfg.Keys()
	var errs []error
	for _, layer := range []struct {
		source string
		read   func([]Key) (map[string]any, []error)
	}{
		{"file", from.readFile},
		{"environment", from.readEnviron},
		{"flag", from.readFlags},
	} {
		values, problems := layer.read(keys)
		errs = append(errs, problems...)
		if err := set(&cfg, values); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", layer.source, err))
		}
		for i := range keys {
			if _, ok := values[keys[i].Name]; ok {
				keys[i].Source = layer.source
			}
		}
	}
	if master, err := from.masterFromEnviron(); err != nil {
		errs = append(errs, err)
	} else if master != nil {
		cfg.Storage.Keys = master
	}
	sources := keys
	keys = cfg.Keys()
	for i := range keys {
		keys[i].Source = sources[i].Source
	}
	cfg.told = make(map[string]string, len(keys))
	for _, k := range keys {
		cfg.told[k.Name] = k.Source
	}
	errs = append(errs, cfg.Validate())
	return cfg, keys, errors.Join(errs...)
}

func (s Sources) readFile(keys []Key) (map[string]any, []error) {
	if s.File == "" {
		return nil, nil
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(s.File), yaml.Parser()); err != nil {
		return nil, []error{fmt.Errorf("read configuration %s: %w", s.File, err)}
	}
	var errs []error
	values := k.All()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		setting, ok := known(keys, name)
		var err error
		if !ok {
			err = misplaced(keys, name, values[name])
		} else if err = misfit(setting, values[name]); err != nil {
			err = fmt.Errorf("%s %w", name, err)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.File, err))
		}
		if err != nil || !ok {
			delete(values, name)
		}
	}
	return values, errs
}

func (s Sources) readEnviron(keys []Key) (map[string]any, []error) {
	values := make(map[string]any)
	var errs []error
	for _, entry := range s.Environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "LIVEROOM_") || slices.Contains(foreign, name) || injected(name) {
			continue
		}
		key, fromFile := keyOfEnv(keys, name)
		switch {
		case key == "":
			errs = append(errs, fmt.Errorf("environment: %s sets nothing; the keys are those of config-doc", name))
		case fromFile:
			content, err := os.ReadFile(value)
			if err != nil {
				errs = append(errs, fmt.Errorf("environment: %s: %w", name, err))
				continue
			}
			value = strings.TrimRight(string(content), "\r\n")
			fallthrough
		default:
			setting, _ := known(keys, key)
			if err := misfit(setting, value); err != nil {
				errs = append(errs, fmt.Errorf("environment: %s %w", name, err))
				continue
			}
			values[key] = value
		}
	}
	return values, errs
}

// injected tells whether a variable is one that Kubernetes sets for a Service called liveroom.
func injected(name string) bool {
	return name == "LIVEROOM_PORT" || strings.HasPrefix(name, "LIVEROOM_PORT_") || strings.HasPrefix(name, "LIVEROOM_SERVICE_")
}

// keyOfEnv returns the key a variable sets, and whether it names a file with the value.
func keyOfEnv(keys []Key, name string) (key string, fromFile bool) {
	for _, k := range keys {
		switch name {
		case k.Env():
			return k.Name, false
		case k.Env() + "_FILE":
			key, fromFile = k.Name, true
		}
	}
	return key, fromFile
}

func (s Sources) readFlags(keys []Key) (map[string]any, []error) {
	values := make(map[string]any)
	var errs []error
	for _, flag := range s.Flags {
		name, value, ok := strings.Cut(flag, "=")
		setting, there := known(keys, name)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("flag: --set %s, want key=value", flag))
			continue
		case !there:
			errs = append(errs, fmt.Errorf("flag: unknown key %s, did you mean %s?", name, nearest(keys, name)))
			continue
		}
		if err := misfit(setting, value); err != nil {
			errs = append(errs, fmt.Errorf("flag: --set %s %w", name, err))
			continue
		}
		values[name] = value
	}
	return values, errs
}

// known returns the type of the setting of that name, and whether there is one.
func known(keys []Key, name string) (reflect.Type, bool) {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return nil, false
	}
	return keys[i].Value.Type(), true
}

// set puts values into the fields their keys name.
func set(cfg *Config, values map[string]any) error {
	if len(values) == 0 {
		return nil
	}
	k := koanf.New(".")
	for name, value := range values {
		if err := k.Set(name, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	decoder := &mapstructure.DecoderConfig{
		Result:           cfg,
		WeaklyTypedInput: true,
		ErrorUnused:      true,
		MatchName:        func(key, field string) bool { return key == snake(field) },
		DecodeHook:       mapstructure.ComposeDecodeHookFunc(durations, mapstructure.StringToSliceHookFunc(",")),
	}
	return k.UnmarshalWithConf("", cfg, koanf.UnmarshalConf{DecoderConfig: decoder})
}

// durations reads "800ms"; a bare number has no unit and is refused.
var durations = mapstructure.DecodeHookFuncType(func(from, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[time.Duration]() {
		return value, nil
	}
	text, ok := value.(string)
	if !ok {
		return nil, fmt.Errorf("%v has no unit, want a duration like 800ms", value)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil, fmt.Errorf("%q, want a duration like 800ms", text)
	}
	return d, nil
})
