package engine

import (
	"time"

	"liveroom/actors"
	"liveroom/engine/audit"
	"liveroom/engine/storage"
	"liveroom/nlp"
	"liveroom/scripts"
	"liveroom/transport"
)

// vitals is what tells how the parts do, as it is at one moment. Whoever looks collects it; nobody asks an actor for it, and
// nothing is kept up while nobody looks.
type vitals struct {
	now      time.Time
	draining bool

	doors           transport.Doors
	files, mostOpen int // descriptors; 0 for what is not known
	certificate     *certificateVitals
	house           actors.Vitals
	nlp             nlp.Status
	scripts         scripts.Status
	store           storage.Status
	queueLimit      int
	lowSpace        int64
	remote          bool // the database is another program's
	audit           audit.Status
	products        int
	entries         int
	catalogue       *importRefusal // the latest import was refused
	knowledge       *importRefusal
}

// certificateVitals is how the certificate of links over TLS stands.
type certificateVitals struct {
	ends    time.Time
	refused string
}

// vitals collects them.
func (e *Engine) vitals(now time.Time) vitals {
	p := &e.parts
	v := vitals{
		now: now, draining: e.draining.Load(), doors: p.server.Doors(), house: p.house.Vitals(), nlp: p.reader.Status(),
		scripts: p.book.Status(), store: p.store.Status(), queueLimit: e.cfg.Storage.QueueLimit, lowSpace: e.cfg.Storage.LowSpaceBytes,
		remote: e.cfg.Storage.DSN != "" || e.cfg.Storage.DSNFile != "", audit: p.audit.Status(),
		products: len(p.catalogue.Load().Products()), entries: len(p.knowledge.Load().Entries()),
		catalogue: e.imports.catalogue.Load(), knowledge: e.imports.knowledge.Load(),
	}
	v.files, v.mostOpen = descriptors()
	if p.certificate != nil {
		v.certificate = &certificateVitals{p.certificate.Ends(), p.certificate.Refused()}
	}
	return v
}
