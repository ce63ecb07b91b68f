// Package machine says what a load test runs on and what it costs there: the machine, this process's own use of it, and a
// calibration by which figures of two machines compare. It reads /proc and the clock; it starts one goroutine, in
// Calibrate, which has ended when Calibrate returns.
package machine

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/loadtest/report"
)

// Describe returns what the machine is. What cannot be read is left empty.
func Describe() report.Machine {
	m := report.Machine{CPU: "unknown", Cores: runtime.NumCPU(), Go: runtime.Version()}
	if v, ok := field("/proc/cpuinfo", "model name"); ok {
		m.CPU = v
	}
	m.MemoryMB = kilobytes("/proc/meminfo", "MemTotal") / 1024
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		m.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	return m
}

// FreeMB returns how much memory new work may use, in MB; 0 when that is not known.
func FreeMB() int64 { return kilobytes("/proc/meminfo", "MemAvailable") / 1024 }

// Commit returns the short commit this program was built from, with a plus behind it when the tree had changes, "" when
// it was not built in a repository.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	if commit == "" {
		return ""
	}
	return commit + changed
}

// OwnCPU returns the CPU time this process has used, all threads together.
func OwnCPU() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Memory of a process in MB: what it holds now, and the most it held.
type Memory struct {
	Now, Peak float64
}

// MemoryOf returns the memory of process pid; 0 is this process.
func MemoryOf(pid int) Memory {
	who := "self"
	if pid != 0 {
		who = strconv.Itoa(pid)
	}
	status := "/proc/" + who + "/status"
	return Memory{Now: float64(kilobytes(status, "VmRSS")) / 1024, Peak: float64(kilobytes(status, "VmHWM")) / 1024}
}

func kilobytes(file, name string) int64 {
	v, _ := field(file, name)
	n, err := strconv.ParseInt(strings.TrimSuffix(v, " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// field returns the value behind "name:" in a file of the proc file system.
func field(file, name string) (string, bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	rows := bufio.NewScanner(bytes.NewReader(b))
	for rows.Scan() {
		key, value, found := strings.Cut(rows.Text(), ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}

// errClock is returned by ClockStep when the clock stands still.
var errClock = errors.New("the clock does not advance")

// ClockStep returns the smallest step of the monotonic clock that was seen.
func ClockStep() (time.Duration, error) {
	least := time.Duration(1<<63 - 1)
	for range 1000 {
		start := time.Now()
		var step time.Duration
		for range 1_000_000 {
			if step = time.Since(start); step > 0 {
				break
			}
		}
		if step == 0 {
			return 0, fmt.Errorf("measure the clock: %w", errClock)
		}
		least = min(least, step)
	}
	return least, nil
}
