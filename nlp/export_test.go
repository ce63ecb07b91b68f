package nlp

// SettleCache waits until what was put into the cache can be got from it.
func (s *Service) SettleCache() { s.cache.settle() }

// Racing tells that the race detector is on.
const Racing = racing
