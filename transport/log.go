package transport

import (
	"fmt"
	"log/slog"
)

// gnetLog gives gnet's own words to our log. What it calls informative is about itself, so it is debug to us.
type gnetLog struct{ log *slog.Logger }

// Debugf implements gnet's Logger; it is the only method that is called often, and does nothing.
func (gnetLog) Debugf(string, ...any) {}

// Infof implements gnet's Logger.
func (g gnetLog) Infof(format string, args ...any) {
	g.log.Debug("gnet", "said", fmt.Sprintf(format, args...))
}

// Warnf implements gnet's Logger.
func (g gnetLog) Warnf(format string, args ...any) {
	g.log.Warn("gnet", "said", fmt.Sprintf(format, args...))
}

// Errorf implements gnet's Logger.
func (g gnetLog) Errorf(format string, args ...any) {
	g.log.Error("gnet", "said", fmt.Sprintf(format, args...))
}

// Fatalf implements gnet's Logger. It does not end the process: Run reports what went wrong.
func (g gnetLog) Fatalf(format string, args ...any) {
	g.log.Error("gnet", "said", fmt.Sprintf(format, args...))
}
