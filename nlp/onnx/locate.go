package onnx

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"liveroom/nlp"
)

const (
	libraryName = "libonnxruntime.so"
	libraryEnv  = "LIVEROOM_ONNXRUNTIME"
	carrier     = "github.com/k2-fsa/sherpa-onnx-go-linux" // the module whose files hold the library
)

// Locate returns the path of the runtime's library: the path given, else the one that LIVEROOM_ONNXRUNTIME names, else
// lib beside the running program, else, for a program run from its source, the module cache. A path that was given or
// named is not replaced by another when it is wrong. The error wraps nlp.ErrNoRuntime.
func Locate(path string) (string, error) {
	if path == "" {
		path = os.Getenv(libraryEnv)
	}
	if path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%w: %w", nlp.ErrNoRuntime, err)
		}
		return path, nil
	}
	var tried []string
	for _, candidate := range candidates() {
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
		tried = append(tried, candidate)
	}
	return "", fmt.Errorf("%w: no %s in %s; name it in %s", nlp.ErrNoRuntime, libraryName, strings.Join(tried, ", "), libraryEnv)
}

func candidates() (paths []string) {
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		paths = append(paths, filepath.Join(filepath.Dir(exe), "lib", libraryName))
	}
	if path, err := inModuleCache(); err == nil {
		paths = append(paths, path)
	}
	return paths
}

// arches are the carrier's folders by Go's name of the machine.
var arches = map[string]string{"amd64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu", "arm": "arm-unknown-linux-gnueabihf"}

var errNoSource = errors.New("not in the source tree of a module that names the library's carrier")

// inModuleCache returns where `go mod download` has put the library, for the go.mod above the working directory.
func inModuleCache() (string, error) {
	arch, ok := arches[runtime.GOARCH]
	if !ok || runtime.GOOS != "linux" {
		return "", errNoSource
	}
	version, err := carrierVersion()
	if err != nil {
		return "", err
	}
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		root := os.Getenv("GOPATH")
		if root == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", fmt.Errorf("find module cache: %w", err)
			}
			root = filepath.Join(home, "go")
		}
		cache = filepath.Join(filepath.SplitList(root)[0], "pkg", "mod")
	}
	return filepath.Join(cache, filepath.FromSlash(carrier)+"@"+version, "lib", arch, libraryName), nil
}

// carrierVersion returns the version of the carrier that the nearest go.mod asks for.
func carrierVersion() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find go.mod: %w", err)
	}
	for ; ; dir = filepath.Dir(dir) {
		f, err := os.Open(filepath.Join(dir, "go.mod"))
		if err == nil {
			defer f.Close()
			for lines := bufio.NewScanner(f); lines.Scan(); {
				words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "require "))
				if len(words) >= 2 && words[0] == carrier {
					return words[1], nil
				}
			}
			return "", errNoSource
		}
		if dir == filepath.Dir(dir) {
			return "", errNoSource
		}
	}
}
