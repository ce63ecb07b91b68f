package transport

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"liveroom/engine/live"
	"liveroom/transport/rfc6455"
)

// handshake reads the request that opens a WebSocket link.
func (lp *loop) handshake(l *link, buf []byte) (n, need int) {
	r, n := rfc6455.ReadRequest(buf)
	if n == 0 {
		return 0, len(buf) + 1
	}
	status, why := r.Refuse(Path)
	if status == 0 && !lp.server.mayOpen(r.Origin, r.Host) {
		status, why = http.StatusForbidden, "pages of this origin may not open links; list its host in transport.origin_patterns"
	}
	if status != 0 {
		lp.out = rfc6455.AppendRefusal(lp.out, status, why)
		lp.server.metrics.byes[live.BadFrame].Inc()
		lp.depart(l, true)
		return n, 0
	}
	lp.out = rfc6455.AppendAccept(lp.out, &r)
	l.stage = greeting
	if l.refusal != live.OK {
		lp.farewell(l, l.refusal, "there are too many links", lp.server.retry())
	}
	return n, 0
}

// mayOpen tells whether a page of the origin may open a link.
func (s *Server) mayOpen(origin, host string) bool {
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if len(s.cfg.OriginPatterns) == 0 {
		return sameHost(u.Hostname(), host)
	}
	for _, pattern := range s.cfg.OriginPatterns {
		for _, host := range []string{u.Host, u.Hostname()} {
			if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(host)); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// refusalStatus is the HTTP status for a link that is let go before its handshake is over.
func refusalStatus(c live.Code) int {
	switch c {
	case live.HelloTimeout:
		return http.StatusRequestTimeout
	case live.Draining, live.TooManyLinks, live.Overloaded:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
