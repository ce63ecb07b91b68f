// Package engine builds, runs and stops one liveroom node.
//
// The life of one comment: a link's event loop decodes it (transport) and hands it to the gate, which checks room and
// shop and gives it into the care of the actors; its user's actor makes it durable (storage), has its text read (nlp),
// lets the room decide who answers, has the answer put into words (scripts), and makes the outcome durable; then the
// ack, the reply or the outcome leaves through the link's outbox.
//
// Parts start in the order admin, storage, scripts, nlp, actors, transport, and what an earlier life of the node had
// acknowledged and not answered is answered before links are served. They stop in the order that loses nothing: new
// work is refused, every message in flight ends, outboxes drain, links are told to go with jitter, then transport,
// actors, nlp, scripts, storage and admin end. What is counted of outcomes that are durable (heat) is written once storage
// has ended, when there are no more of them.
//
// Goroutines: the engine has none of its own but one per part's Run. Queues: none of its own.
package engine
