package nlp

import "time"

// Status is what the console shows of the service, one moment of it.
type Status struct {
	Model    string // version in use, "" when there is none
	Created  string // when it was made, as its manifest says
	Runtime  bool   // the trained part of the model is in use
	Degraded string // why texts are read without the trained model, "" when they are not
	Waiting  int    // texts that wait for the model
	Running  int    // texts with the model
	Limit    int    // most texts that may wait
	Hits     uint64 // texts read from the cache
	Misses   uint64 // texts not found in the cache
}

// HitRate is the share of texts read from the cache, 0 to 1.
func (s Status) HitRate() float64 {
	if s.Hits == 0 {
		return 0
	}
	return float64(s.Hits) / float64(s.Hits+s.Misses)
}

// failureMemory is how long a failed run of the model counts as a degraded service.
const failureMemory = 10 * time.Second

// failure is the latest failed run.
type failure struct {
	at  time.Time
	err error
}

// runFailed counts a failed run of the model, and tells of it once in a while.
func (s *Service) runFailed(err error) {
	s.metrics.failures.Inc()
	now := time.Now()
	before := s.failed.Swap(&failure{at: now, err: err})
	if before == nil || now.Sub(before.at) > failureMemory {
		s.log.Warn("model run failed, linear model decides", "err", err)
	}
}

// Status returns the state of the service.
func (s *Service) Status() Status {
	st := Status{Limit: s.config.QueueLimit, Hits: s.hits.Load(), Misses: s.misses.Load()}
	st.Waiting, st.Running = s.queue.depth()
	s.mu.Lock()
	st.Degraded = s.degraded
	if m := s.model.Load(); m != nil {
		st.Model, st.Created = m.manifest.Version, m.manifest.Created
		st.Runtime = m.classifier != nil && s.running
	}
	s.mu.Unlock()
	if f := s.failed.Load(); f != nil && st.Degraded == "" && time.Since(f.at) <= failureMemory {
		st.Degraded = "model runs fail: " + f.err.Error()
	}
	return st
}
