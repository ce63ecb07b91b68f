// Package console is what people of a shop see of a running node and do to it: a REST API described by OpenAPI 3.1, and
// one WebSocket stream of differences for what is on their screens. It knows no other part: what it shows and what it has
// done, the engine hands it as the small interfaces of [Sources].
//
// # Nothing when nobody looks
//
// A figure is read when it is asked for. Only while a stream has a view open is there a goroutine, the sampler, which
// reads each open view once for everybody who looks at it and sends what has changed; the last view closed ends it. The
// comments of a room are tapped only while somebody watches that room. TestNothingRunsWhenNobodyLooks holds that.
//
// # Goroutines and bounds
//
// One goroutine for each stream besides that of its request, and the sampler. At most 64 streams with 16 views each are
// open; a stream whose reader is 64 messages behind is closed, and comes again by itself. Of a room's comments, at most
// 400 wait for the next sending; the rest is counted and told as a number.
package console
