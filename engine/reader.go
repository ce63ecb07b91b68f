package engine

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"liveroom/nlp"
	"liveroom/nlp/keyword"
	"liveroom/nlp/onnx"
)

// openReader builds the service that reads texts, with the words of the shop opened before. around wraps what opens the
// trained parts of a model.
func (p *parts) openReader(cfg Config, around func(nlp.Loader) nlp.Loader, log *slog.Logger) (err error) {
	if cfg.NLP.ModelDir == "" {
		cfg.NLP.ModelDir = findModel()
	}
	cfg.NLP.Load, cfg.NLP.LoadSentiment = around(onnx.Open), around(onnx.OpenSentiment)
	rules, err := readKeywords(cfg.Shop.Keywords)
	if err != nil {
		return err
	}
	if p.reader, err = nlp.New(cfg.NLP, log, p.registry); err != nil {
		return fmt.Errorf("open reader: %w", err)
	}
	p.reader.SetCatalogue(p.catalogue.Load().Shop(), p.catalogue.Load().Products())
	return p.reader.SetKeywords(p.catalogue.Load().Shop(), rules)
}

// readKeywords reads the owner's rules; a shop that names no file has none.
func readKeywords(path string) ([]keyword.Rule, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read keywords: %w", err)
	}
	rules, err := keyword.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("keywords %s: %w", path, err)
	}
	return rules, nil
}

// swapRoute makes the reader take what its model folder holds by now, without waiting for the watch, and even what was
// refused before. It takes no path: who may ask for a swap must not be able to name files. It answers with the version
// in use, and with 422 and the reason when the new model is refused.
func swapRoute(r *nlp.Service) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var answer struct {
			Model   string `json:"model"`
			Refused string `json:"refused,omitempty"`
		}
		status := http.StatusOK
		if err := r.Reload(); err != nil {
			status, answer.Refused = http.StatusUnprocessableEntity, err.Error()
		}
		answer.Model = r.Status().Model
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		// An error here is a client that went away; there is nobody left to tell.
		json.NewEncoder(w).Encode(answer)
	}
}
