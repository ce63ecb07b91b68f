// Package front terminates TLS for links: it takes connections on ports of its own, and hands what they say to the node
// over a pair of sockets, with the client's address. The node's event loops know nothing of TLS.
//
// # Cost
//
// A link over TLS costs two goroutines, three descriptors (the client's, and one for each end of the pair) and about
// 40 KiB, where a plain one costs one descriptor and below 1 KiB; TestCost measures it. Every byte is copied once more in
// each direction. Config.Max bounds the links, and with them the descriptors. Where tens of thousands of links need TLS,
// put a proxy in front: deploy/haproxy.cfg.
//
// # Goroutines and bounds
//
// [Front.Run] owns every goroutine: one acceptor for each port, one that looks for changed certificates, and two for each
// link. Handshakes under way are bounded over all and for each address; when there are more, the one that has waited
// longest is closed. A client that does not take what is written to it for 10 s is cut; before that, the node evicts it as
// a slow consumer.
package front
