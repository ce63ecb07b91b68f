package nlp

import "time"

// Status is what the console shows of the service, one moment of it.
type Status struct {
	Model   string // version in use, "" when there is none
	Created string // when it was made, as its manifest says
	Runtime bool   // the trained part of the model is in use
	// Sentiment tells that a trained part for sentiment is in use.
	Sentiment bool
	Degraded  string // why texts are read without the trained model or a part of it, "" when they are not
	Refused   string // why the model offered last was refused, "" when it was not
	Waiting   int    // texts that wait for the model
	Running   int    // texts with the model
	Limit     int    // most texts that may wait
	Hits      uint64 // texts read from the cache
	Misses    uint64 // texts not found in the cache
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

// feelFailed counts a failed run of the sentiment part, and tells of it once in a while.
func (s *Service) feelFailed(err error) {
	s.metrics.feelings.Inc()
	now := time.Now()
	before := s.unfelt.Swap(&failure{at: now, err: err})
	if before == nil || now.Sub(before.at) > failureMemory {
		s.log.Warn("sentiment run failed, intents are not affected", "err", err)
	}
}

// Status returns the state of the service.
func (s *Service) Status() Status {
	st := Status{Limit: s.config.QueueLimit, Hits: s.hits.Load(), Misses: s.misses.Load()}
	st.Waiting, st.Running = s.queue.depth()
	s.mu.Lock()
	st.Degraded, st.Refused = s.degraded, s.refused
	if m := s.model.Load(); m != nil {
		st.Model, st.Created = m.manifest.Version, m.manifest.Created
		st.Runtime = m.classifier != nil && s.running
		st.Sentiment = m.sentiment != nil && s.running
	}
	s.mu.Unlock()
	if f := s.failed.Load(); f != nil && st.Degraded == "" && time.Since(f.at) <= failureMemory {
		st.Degraded = "model runs fail: " + f.err.Error()
	}
	return st
}
