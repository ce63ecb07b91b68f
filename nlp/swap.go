package nlp

import (
	"errors"
	"fmt"
)

// openFirst opens the configured model as far as it can be.
func (s *Service) openFirst() {
	reason := ""
	var m *model
	if s.config.ModelDir == "" {
		reason = "no model configured"
	} else {
		var err error
		if m, err = openLinear(s.config.ModelDir); err == nil {
			err = m.openTrained(s.config.Load, s.config.LoadSentiment)
		}
		if err != nil {
			reason = err.Error()
		}
	}
	s.mu.Lock()
	s.running = true
	s.degraded = reason
	s.model.Store(m)
	s.mu.Unlock()
	s.tellModel(m, reason)
}

func (s *Service) tellModel(m *model, reason string) {
	version := ""
	if m != nil {
		version = m.manifest.Version
	}
	if reason == "" {
		s.log.Info("model in use", "model", version)
		return
	}
	if m != nil && m.classifier != nil {
		s.log.Warn("sentiment model away", "model", version, "err", reason)
		return
	}
	if m != nil {
		s.log.Warn("model away, linear model decides", "model", version, "err", reason)
		return
	}
	s.log.Warn("model away, built-in keywords decide", "err", reason)
}

// Swap opens the model in dir, checks its files and replays its trial cases, and only then puts it in place of the
// running one, which is closed after its last batch. No text is lost and none is read by parts of two models. When
// anything is wrong the running model stays and the error says why; it wraps ErrBadModel, ErrNoRuntime or ErrNotRunning.
func (s *Service) Swap(dir string) error {
	s.swapping.Lock()
	defer s.swapping.Unlock()
	m, err := s.open(dir)
	if err == nil {
		err = s.replace(m)
	}
	if err != nil {
		s.metrics.refused.Inc()
		s.log.Warn("new model refused", "err", err)
		s.mu.Lock()
		s.refused = err.Error()
		s.mu.Unlock()
		return fmt.Errorf("swap model: %w", err)
	}
	s.metrics.swapped.Inc()
	s.tellModel(m, "")
	return nil
}

// Reload is Swap to what Config.ModelDir holds by now.
func (s *Service) Reload() error {
	if s.config.ModelDir == "" {
		return fmt.Errorf("swap model: %w: no model directory is configured", ErrBadModel)
	}
	return s.Swap(s.config.ModelDir)
}

// open opens every part of a model, or none.
func (s *Service) open(dir string) (*model, error) {
	m, err := openLinear(dir)
	if err != nil {
		return nil, err
	}
	if err := m.openTrained(s.config.Load, s.config.LoadSentiment); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

func (s *Service) replace(m *model) error {
	s.mu.Lock()
	if !s.running {
		s.mu.Unlock()
		return errors.Join(ErrNotRunning, m.close())
	}
	old := s.model.Swap(m)
	s.degraded, s.refused = "", ""
	idle := s.retire(old)
	s.mu.Unlock()
	s.release(idle)
	return nil
}

// closeModel ends the use of the running model; the linear part goes on answering.
func (s *Service) closeModel() {
	s.mu.Lock()
	s.running = false
	s.degraded = "stopped"
	idle := s.retire(s.model.Load())
	s.mu.Unlock()
	s.release(idle)
}

// retire marks a model as replaced and returns it when nobody uses it. mu is held.
func (s *Service) retire(m *model) *model {
	if m == nil {
		return nil
	}
	m.retired = true
	if m.users > 0 {
		return nil
	}
	return m
}

func (s *Service) release(m *model) {
	if m == nil {
		return
	}
	if err := m.close(); err != nil {
		s.log.Error("close model", "err", err)
	}
}

// borrow returns the running model, kept open until giveBack; nil when there is none.
func (s *Service) borrow() *model {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.model.Load()
	if m != nil {
		m.users++
	}
	return m
}

func (s *Service) giveBack(m *model) {
	if m == nil {
		return
	}
	s.mu.Lock()
	m.users--
	last := m.retired && m.users == 0
	s.mu.Unlock()
	if last {
		s.release(m)
	}
}
