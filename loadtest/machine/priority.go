package machine

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Boosted is the niceness of a generator that may have priority: its sends then leave on time on a busy machine, as those
// of an audience elsewhere would.
const Boosted = -10

// Renice sets the niceness of every thread of process pid, 0 for this one; threads they start later inherit it. Less than
// 0 needs a privilege that few but root have.
func Renice(pid, nice int) error {
	who := "self"
	if pid != 0 {
		who = strconv.Itoa(pid)
	}
	// Threads may come and go while the list is read: a second look finds those that the first one's threads started.
	for range 2 {
		tasks, err := os.ReadDir("/proc/" + who + "/task")
		if err != nil {
			return fmt.Errorf("list threads: %w", err)
		}
		for _, t := range tasks {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			if err := unix.Setpriority(unix.PRIO_PROCESS, id, nice); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("set priority: %w", err)
			}
		}
	}
	return nil
}

// Nice returns the niceness of process pid, 0 for this one: less than 0 has priority over others.
func Nice(pid int) (int, error) {
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, pid)
	if err != nil {
		return 0, fmt.Errorf("get priority: %w", err)
	}
	return 20 - raw, nil // as the system call tells it
}
