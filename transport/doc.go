// Package transport turns sockets into events and replies into bytes. Links come over TCP (4 bytes of length, then JSON)
// and over WebSocket (text messages at /v1/link); both speak the words of package wire. A link says hello, the [Handler]
// says who that is, and from then on its events go to the Handler and the frames of [Server.Send], [Server.SendAll] and
// [Server.Broadcast] to it.
//
// # Goroutines
//
// [Server.Run] owns all of them: gnet's event loops, four acceptors for each carrier, one that closes the windows of
// broadcasts, one that hands tasks back to the loops that put them off, one that ticks. No link has a goroutine. Everything about a link happens on its loop; other goroutines reach
// it through the loop's outbox alone. The Handler is called on the loops and must not block them.
//
// The loops are those of a gnet client, fed by listeners of our own, because gnet's server takes the whole engine down
// when an accept finds no descriptor, cannot stop listening before it stops serving, and cannot tell the port it was given.
//
// # Queues
//
//	queue                 bound                            filled by        drained by   when full
//	accept                the kernel's backlog             the network      acceptors    the kernel refuses
//	links                 Links.Max                        acceptors        the links    bye too_many_links, retry_ms
//	links before hello    Links.HalfOpen, and for each     acceptors        the links    the one that waited longest
//	                      address HalfOpenPerAddress                                     goes: bye too_many_links
//	links of an address   PerAddress, PerAddressRate       acceptors        the links    bye too_many_links, retry_ms
//	links being refused   256                              acceptors        the loops    closed without a word, counted
//	bytes in              one frame, 64 KiB (8 KiB before  a link           its loop     bye too_large
//	                      the handshake is over)
//	fragments             one message, 64 KiB              a link           its loop     close 1009
//	events                Rate and Burst of the link       a link           the Handler  error rate_limited
//	outbox of a loop      Outbox + 64 KiB for each link    anyone           its loop     bye slow_consumer, closed
//	unread bytes          Outbox beyond the send buffer    its loop         the kernel   bye slow_consumer, closed
//	window of a room      32 KiB                           Broadcast        the window   shed, counted
//	windows being sent    256 for each loop                the windows      its loop     shed, counted
//	tasks put off         1,024                            the loops        the loops    run at once
//
// # Promises
//
// Every refusal is told: an object that cannot be taken by error, while the link stays; a stream that has lost its
// boundaries, a hello that does not convince, a silence too long by bye, then close. Bye is followed by a half-close, and the
// other side is given Times.Linger to read it. Bytes of one link are handled in their order, frames sent to it by one
// goroutine arrive in theirs, and no link waits for another: what a slow reader has not taken is bounded, and then it goes.
//
// When the loops are ended without a [Server.Drain], links are cut without a bye.
package transport
