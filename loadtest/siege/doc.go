// Package siege is who comes to a server and means it no good: handshakes that are begun and never finished, or a storm of
// connects that all say hello at once, from several addresses. It opens raw non-blocking sockets, watches them with one epoll
// on one goroutine, and notes with which word the server ended each. Linux only.
//
// Nothing in it waits in memory: what a socket does not take at once is tried again at the next beat, and there are never
// more connections than Config.Held, or than a storm's rate and Config.Stay amount to.
package siege
