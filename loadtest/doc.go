// Package loadtest is an audience: it plays a scenario against a liveroom engine over its real wire and reports what came
// back. The load is open: every send has its scheduled instant, latency counts from it, and no send waits for a reply.
//
// A run has three goroutines of its own: the pacer, which sends; the crowd's reader, which takes what arrives; and the
// progress line. What was sent and how it ended stands in a journal, which alone decides whether every comment and message
// had exactly one outcome. When the generator cannot keep its own schedule it says so: the run is then no evidence.
package loadtest
