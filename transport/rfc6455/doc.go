// Package rfc6455 is the server's side of the WebSocket protocol as pure functions over bytes: the opening handshake
// ([ReadRequest], [Request.Refuse], [AppendAccept]), the frames that come in ([Reader]) and those that go out ([AppendText],
// [AppendPing], [AppendPong], [AppendClose]). It opens no socket and starts no goroutine, so that an event loop can call it with whatever
// bytes have arrived; masking and the numbers of the protocol come from gobwas/ws.
//
// It takes text messages only, without extensions and subprotocols, and is strict: what the specification says an endpoint
// MUST or MUST NOT do is checked, each check naming its section.
package rfc6455
