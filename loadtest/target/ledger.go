package target

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/report"
)

// ErrLedger is wrapped when a server's stock ledger cannot be asked.
var ErrLedger = errors.New("stock ledger cannot be asked")

// Ledger asks a server where the pieces of its stock are. Several goroutines may ask at once.
type Ledger struct {
	admin, token string
	client       *http.Client
}

const ledgerTime = 5 * time.Second

// NewLedger returns the ledger of the server with the given admin address, which is asked with a token when it is not "".
func NewLedger(admin, token string) *Ledger {
	return &Ledger{
		admin: strings.TrimSuffix(admin, "/"), token: token,
		client: &http.Client{Timeout: ledgerTime, Transport: &http.Transport{DisableKeepAlives: true}},
	}
}

// Stock returns where the pieces of a SKU are; known is false while the server was told of no figure.
func (l *Ledger) Stock(ctx context.Context, sku live.SKU) (s report.Ledger, known bool, err error) {
	var told struct {
		report.Ledger
		OnHand    *int64 `json:"on_hand"`
		Offerable *int64 `json:"offerable"`
	}
	if err := l.ask(ctx, "/v1/stock/"+url.PathEscape(string(sku)), &told); err != nil {
		return s, false, err
	}
	s = told.Ledger
	if told.OnHand == nil || told.Offerable == nil {
		return s, false, nil
	}
	s.OnHand, s.Offerable = *told.OnHand, *told.Offerable
	return s, true, nil
}

// Reservation is where one reservation stands.
type Reservation struct {
	SKU      live.SKU `json:"sku"`
	Quantity int64    `json:"quantity"`
	State    string   `json:"state"`
}

// Reservation returns a reservation by its id.
func (l *Ledger) Reservation(ctx context.Context, id live.ReservationID) (r Reservation, err error) {
	return r, l.ask(ctx, "/v1/reservations/"+url.PathEscape(string(id)), &r)
}

func (l *Ledger) ask(ctx context.Context, path string, to any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.admin+path, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	if l.token != "" {
		req.Header.Set("Authorization", "Bearer "+l.token)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s answers %s", ErrLedger, req.URL, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(to); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrLedger, req.URL, err)
	}
	return nil
}
