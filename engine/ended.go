package engine

import "liveroom/actors"

// ended tells those who keep count of it of an exchange whose outcome is durable.
func (p *parts) ended(e actors.Ended) {
	p.heat.Ended(e.Reading, e.Product, e.Received, e.Outcome)
	p.sentiments.ended(e)
	p.unsure.ended(e)
}
