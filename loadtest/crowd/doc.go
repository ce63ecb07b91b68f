// Package crowd holds many client links for little: raw non-blocking sockets, one epoll, one reading goroutine. It is for
// a load generator that shares its cores with the server it measures, where a goroutine and two system calls per reply
// would show in every figure. It speaks the two carriers (frames behind a length on TCP, masked text frames on WebSocket),
// over TLS where it is told to, and knows nothing of what is inside a payload. Linux only.
//
// Run is the reading goroutine and the only one that closes a broken link; Send and Flush may come from another one. What
// a link's socket does not take waits in memory, bounded by MaxPending; beyond it Send refuses.
package crowd
