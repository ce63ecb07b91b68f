package rush

import "liveroom/loadtest/report"

// Told is how many buyers were told that a piece is held for them, and how many that it is locked.
type Told struct{ Held, Locked int64 }

// Told returns what buyers were told so far.
func (r *Rush) Told() Told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told
}

// Killed notes that the server was killed now.
func (r *Rush) Killed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Killed, r.report.HeldAtKill, r.report.LockedAtKill = true, r.told.Held, r.told.Locked
}

// Sampled compares what the ledger says with what buyers had been told before it was asked. Nobody gives a piece back in a
// race, and a buyer is told only what is durable: so what was told once is in the ledger ever after.
func (r *Rush) Sampled(before Told, l report.Ledger) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &r.report
	n.Samples++
	n.Ledger = l
	if l.Offerable > 0 && l.Offerable < n.Pieces {
		n.Midway++
	}
	sold := l.Confirmed + l.Ordered
	switch {
	case l.OnHand != n.Pieces:
		r.broken("%d pieces on hand, %d were set", l.OnHand, n.Pieces)
	case l.Open < 0 || sold < 0 || l.Offerable < 0 || l.Open+sold+l.Offerable != n.Pieces:
		r.broken("%d confirmed + %d open + %d offerable are not %d", sold, l.Open, l.Offerable, n.Pieces)
	case sold < before.Locked:
		r.broken("%d confirmed, %d buyers had been told of theirs", sold, before.Locked)
	case l.Open+sold < before.Held:
		r.broken("%d open and confirmed, %d buyers had been told of theirs", l.Open+sold, before.Held)
	}
}

func (r *Rush) broken(format string, args ...any) {
	r.report.SamplesBroken++
	r.example("the ledger: "+format, args...)
}

// Unseen notes that the ledger could not be asked.
func (r *Rush) Unseen() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.SamplesMissed++
}

// Winner is a buyer who was told that a piece is locked.
type Winner struct {
	Buyer int
	Taken int // the number of the send that took up the offer: it names the reservation
}

// Winners returns all of them.
func (r *Rush) Winners() (all []Winner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.buyers {
		if b := &r.buyers[i]; b.locked {
			all = append(all, Winner{Buyer: i, Taken: b.taken})
		}
	}
	return all
}

// Unbacked notes a winner whose reservation the ledger does not have as confirmed, and how it has it.
func (r *Rush) Unbacked(w Winner, how string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Unbacked++
	r.example("buyer %d was told that a piece is locked; the ledger has it as %s", w.Buyer, how)
}

// Report returns what became of the race.
func (r *Rush) Report() *report.Rush {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.report
	n.Held, n.Locked, n.Racing = r.told.Held, r.told.Locked, int64(r.busy)
	for i := range r.buyers {
		if b := &r.buyers[i]; b.held && !b.locked {
			n.Unkept++
		}
	}
	return &n
}
