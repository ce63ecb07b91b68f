package siege

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net"
	"time"
)

// Way is what a guest does with its connection.
type Way uint8

// The ways. All but the last two never come to hello.
const (
	Silent      Way = iota // connects over TCP and says nothing
	HalfFrame              // connects over TCP and says the front half of a hello
	HalfUpgrade            // says the front half of a WebSocket handshake
	Drip                   // says a WebSocket handshake, a byte at a time
	HalfShake              // says the front half of a TLS handshake's first word
	DripShake              // says it a byte at a time
	OverTCP                // says hello
	OverWS                 // shakes hands and says hello
	ways
)

// HalfOpen are the ways of those who never come to hello, HalfSealed of those who do not even come to it where TLS is spoken,
// Storming of those who do.
var (
	HalfOpen   = []Way{Silent, HalfUpgrade, HalfFrame, Drip}
	HalfSealed = []Way{Silent, HalfShake, DripShake}
	Storming   = []Way{OverTCP, OverWS}
)

// String returns what the report calls it.
func (w Way) String() string {
	return [ways]string{
		"tcp, silent", "tcp, half a frame", "ws, half a handshake", "ws, a byte at a time", "tls, half a handshake",
		"tls, a byte at a time", "tcp", "ws",
	}[w]
}

func (w Way) webSocket() bool { return w == HalfUpgrade || w == Drip || w == OverWS }

// dripEvery is the pause between two bytes of a Drip: far below what a server takes for silence.
const dripEvery = 500 * time.Millisecond

// request is the WebSocket handshake of guest n, as a browser would say it.
func request(host, path string, n int) []byte {
	var key [16]byte
	binary.BigEndian.PutUint64(key[:], uint64(n))
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nUser-Agent: siege\r\n\r\n", path, host, base64.StdEncoding.EncodeToString(key[:]))
}

// halfHello is a frame that announces more than it brings.
func halfHello() []byte {
	const front = `{"type":"hello","v":1,"role":"viewer","tok`
	return append(binary.BigEndian.AppendUint32(nil, uint32(4*len(front))), front...)
}

// clientHello is the first word of a TLS client, as ours says it.
func clientHello() ([]byte, error) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Client(theirs, &tls.Config{ServerName: "siege"}).Handshake() // nobody answers it
	}()
	buf := make([]byte, 4<<10)
	n, err := ours.Read(buf)
	ours.Close()
	<-done
	if err != nil {
		return nil, fmt.Errorf("say the first word of TLS: %w", err)
	}
	return buf[:n], nil
}
