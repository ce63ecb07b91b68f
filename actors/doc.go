// Package actors keeps a live room's people and the room itself as protoactor actors around pure state machines.
//
// A user actor holds the dialogue of one user in one room; a room actor decides which of many equal public questions
// is answered and which join that answer. What they decide is a pure step, (state, now, input) -> effects, in
// userstate.go and roomstate.go, replayed from text in testdata. The runtime side (user.go, room.go) carries effects
// out: it hands texts to a reader, questions to a composer, records to a journal and frames to an outlet, all of them
// small interfaces that the engine plugs in (ports.go).
//
// The House owns the actor system. It runs one goroutine of its own, the sweeper; everything else runs on the actor
// runtime's goroutines or on those of the parts that call back (reader, journal), which only post messages.
//
// On overload: the House admits at most Config.MaxInFlight messages and each user at most Config.MaxPending; what is
// over is refused with the code overloaded before it is accepted. A mailbox itself is unbounded, because nothing
// enters it unadmitted. Whatever was accepted ends in exactly one outcome: in the journal, and then on the link.
package actors
