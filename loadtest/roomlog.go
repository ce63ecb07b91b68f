package loadtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// roomLog is what a recorded live room says of traffic: the mix of its events and how their number rises and falls.
type roomLog struct {
	mix   Mix // counts
	shape []float64
}

const (
	logSlot = 10 * time.Second // events are counted by slots: the recorder wrote whole batches under one second
	logPeak = 4                // the highest relative rate taken from a slot; the log's own peaks are its recorder's batches
)

// logTypes maps the words of the log to our events.
var logTypes = map[string]func(*Mix){
	"member": func(m *Mix) { m.Enter++ },
	"like":   func(m *Mix) { m.Like++ },
	"follow": func(m *Mix) { m.Follow++ },
}

// readRoomLog reads live_room_log of the shared corpora.
func readRoomLog(corpora string) (roomLog, error) {
	var log roomLog
	slots := map[int]float64{}
	for _, name := range []string{"other_events.tsv", "comments.tsv", "gifts.tsv"} {
		f, err := os.Open(filepath.Join(corpora, "live_room_log", name))
		if err != nil {
			return roomLog{}, fmt.Errorf("read live room log: %w", err)
		}
		err = log.read(f, name, slots)
		f.Close()
		if err != nil {
			return roomLog{}, fmt.Errorf("read live room log %s: %w", name, err)
		}
	}
	log.shape = shapeOf(slots)
	if log.shape == nil {
		return roomLog{}, fmt.Errorf("read live room log: there are no timed events in it")
	}
	return log, nil
}

func (log *roomLog) read(r io.Reader, name string, slots map[int]float64) error {
	rows := bufio.NewScanner(r)
	for rows.Scan() {
		columns := strings.Split(rows.Text(), "\t")
		at, err := time.Parse(time.TimeOnly, columns[0])
		if err != nil || len(columns) < 2 { // the heading
			continue
		}
		switch name {
		case "comments.tsv":
			log.mix.Comment++
		case "gifts.tsv":
			log.mix.Gift++
		default:
			count := logTypes[columns[1]]
			if count == nil {
				continue
			}
			count(&log.mix)
		}
		slots[(at.Hour()*3600+at.Minute()*60+at.Second())/int(logSlot.Seconds())]++
	}
	return rows.Err()
}

// shapeOf returns the relative rate of each slot, their mean being 1.
func shapeOf(slots map[int]float64) []float64 {
	if len(slots) == 0 {
		return nil
	}
	first, last, sum := int(^uint(0)>>1), 0, 0.0
	for slot, n := range slots {
		first, last, sum = min(first, slot), max(last, slot), sum+n
	}
	shape := make([]float64, last-first+1)
	mean := sum / float64(len(shape))
	capped := 0.0
	for i := range shape {
		shape[i] = min(slots[first+i]/mean, logPeak)
		capped += shape[i]
	}
	for i := range shape {
		shape[i] *= float64(len(shape)) / capped
	}
	return shape
}

// withLog returns m with the log's proportions of room events; the share of messages stays.
func (m Mix) withLog(log Mix) Mix {
	room := m.Comment + m.Enter + m.Like + m.Follow + m.Gift
	all := log.Comment + log.Enter + log.Like + log.Follow + log.Gift
	if all == 0 {
		return m
	}
	k := room / all
	return Mix{Message: m.Message, Comment: log.Comment * k, Enter: log.Enter * k, Like: log.Like * k, Follow: log.Follow * k, Gift: log.Gift * k}
}
