package machine_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"liveroom/loadtest/machine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDescribe(t *testing.T) {
	m := machine.Describe()
	if m.Cores < 1 || m.CPU == "" || m.Kernel == "" || m.MemoryMB == 0 || m.Go == "" {
		t.Errorf("Describe() = %+v, want every field set", m)
	}
	if machine.FreeMB() == 0 {
		t.Error("FreeMB() = 0")
	}
}

func TestMemoryOf(t *testing.T) {
	if own := machine.MemoryOf(0); own.Now <= 0 || own.Peak < own.Now {
		t.Errorf("MemoryOf(0) = %+v, want 0 < now <= peak", own)
	}
	if none := machine.MemoryOf(1 << 30); none != (machine.Memory{}) {
		t.Errorf("MemoryOf a process that is not = %+v, want nothing", none)
	}
}

func TestCalibrate(t *testing.T) {
	c, err := machine.Calibrate(t.Context(), 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if c.Echoes == 0 || c.P50Us <= 0 || c.P99Us < c.P50Us {
		t.Errorf("Calibrate() = %+v, want echoes and rising percentiles", c)
	}
}

func TestClockStep(t *testing.T) {
	if step, err := machine.ClockStep(); err != nil || step <= 0 {
		t.Errorf("ClockStep() = %v, %v", step, err)
	}
}
