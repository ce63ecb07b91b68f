package machine

import (
	"os"
	"strconv"
	"strings"
)

// Ticks is what all cores together did since the machine started, in ticks of the kernel's clock.
type Ticks struct {
	Busy, Idle uint64
	Stolen     uint64 // wanted, and given to other guests by the machine's host
}

// CPUTicks reads the ticks until now; they are all 0 where they cannot be read.
func CPUTicks() Ticks {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return Ticks{}
	}
	first, _, _ := strings.Cut(string(stat), "\n")
	return parseTicks(first)
}

// parseTicks reads a line "cpu user nice system idle iowait irq softirq steal guest guest_nice", see proc_stat(5). Guests are
// in user and nice already.
func parseTicks(line string) (t Ticks) {
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return Ticks{}
	}
	for i, field := range fields[1:9] {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return Ticks{}
		}
		switch i {
		case 3, 4:
			t.Idle += n
		case 7:
			t.Stolen += n
		default:
			t.Busy += n
		}
	}
	return t
}

// Since returns which shares of the time since before the cores were busy, and wanted but not given; 0 where that is not known.
func (t Ticks) Since(before Ticks) (busy, stolen float64) {
	b, i, s := float64(t.Busy-before.Busy), float64(t.Idle-before.Idle), float64(t.Stolen-before.Stolen)
	if all := b + i + s; all > 0 {
		return b / all, s / all
	}
	return 0, 0
}
