package loadtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"liveroom/loadtest/certificate"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
)

// frontFiles is how many descriptors a link over TLS takes of the server: the client's, and one for each end of a pair.
const frontFiles = 3

// certify has a server of ours speak TLS with a certificate made for it.
func (r *run) certify(dir string) error {
	f, err := certificate.Make(dir)
	if err != nil {
		return err
	}
	r.config.CA = f.Cert
	links := r.config.Scenario.Links
	r.front = []string{
		"front.cert_file=" + f.Cert, "front.key_file=" + f.Key, "front.tcp_addr=127.0.0.1:0", "front.ws_addr=127.0.0.1:0",
		// as many as are opened, and some to be besieged by
		fmt.Sprintf("front.max=%d", 1000+links.Viewers+links.Ingest),
	}
	return nil
}

// trust prepares TLS with the server.
func (r *run) trust() error {
	if !r.config.TLS {
		return nil
	}
	hosts := [2]string{r.endpoints.TLS, ""}
	if u, err := url.Parse(r.endpoints.WSS); err == nil {
		hosts[1] = u.Host
	}
	for i, at := range hosts {
		if at == "" {
			continue
		}
		host, _, err := net.SplitHostPort(at)
		if err != nil {
			return fmt.Errorf("%w: tls: %w", ErrScenario, err)
		}
		if r.tls[i], err = certificate.Trust(r.config.CA, host); err != nil {
			return fmt.Errorf("%w: tls: %w", ErrScenario, err)
		}
	}
	if r.own != nil && r.endpoints.TLS == "" {
		return fmt.Errorf("%w: tls: %s does not tell where it speaks TLS", ErrTargetDown, r.config.Program)
	}
	return nil
}

// arrive opens every link, and notes how long that took and what it cost the server.
func (r *run) arrive(ctx context.Context) error {
	scrape := func() (cpu time.Duration, ok bool) {
		m, err := target.Scrape(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin)
		return m.CPU(), err == nil
	}
	seen := false
	var before time.Duration
	if r.endpoints.Admin != "" {
		before, seen = scrape()
	}
	begin := time.Now()
	if err := r.connect(ctx); err != nil {
		return err
	}
	links := r.config.Scenario.Links
	n := report.Opening{Links: links.Viewers + links.Ingest, TLS: r.config.TLS, Seconds: time.Since(begin).Seconds()}
	if after, ok := scrape(); seen && ok {
		n.CPUUs = float64((after - before).Microseconds()) / float64(n.Links)
	}
	r.report.Opening = n
	return nil
}
