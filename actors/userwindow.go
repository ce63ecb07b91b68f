package actors

// How long a fragment waits for the user's next line, in milliseconds: as long as this user lately took from line to line,
// within bounds that leave an answer in time.
const (
	windowUsual = 300
	windowLeast = 150
	windowMost  = 500
	windowOf    = 5_000 // a longer pause between two lines says nothing of how fast somebody types
)

// window returns how long a fragment received at a time waits.
func (s *UserState) window(received int64) int64 {
	for t := range s.turns.latest {
		if gap := received - t.At; gap > 0 && gap <= windowOf {
			return min(windowMost, max(windowLeast, gap))
		}
		break
	}
	return windowUsual
}
