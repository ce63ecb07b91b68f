package front

import (
	"crypto/tls"
	"net"
	"time"
)

const (
	chunk     = 4 << 10          // bytes copied at a time, in each direction
	writeTime = 10 * time.Second // within which a client takes a chunk
	lastTime  = 2 * time.Second  // within which a client answers our closing
)

// relay copies both ways until one side has closed and the other has been told; then it closes the client's end, and the
// caller ours.
func relay(client *tls.Conn, node *net.UnixConn) {
	down := make(chan struct{})
	go func() {
		defer close(down)
		copyDown(client, node)
	}()
	copyUp(node, client)
	<-down
	client.Close()
}

// copyUp copies what the client says. When it has said all, the node learns that.
func copyUp(node *net.UnixConn, client *tls.Conn) {
	buf := make([]byte, chunk)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			if _, err := node.Write(buf[:n]); err != nil {
				break // the node has closed; copyDown tells the client
			}
		}
		if err != nil {
			break
		}
	}
	node.CloseWrite() // an error is a node that has closed already
}

// copyDown copies what the node says. When it has said all, the client is told, and given a moment to close.
func copyDown(client *tls.Conn, node *net.UnixConn) {
	buf := make([]byte, chunk)
	for {
		n, err := node.Read(buf)
		if n > 0 {
			client.SetWriteDeadline(time.Now().Add(writeTime))
			if _, err := client.Write(buf[:n]); err != nil {
				node.Close() // the node learns of a client that is gone or takes nothing
				client.NetConn().Close()
				return
			}
		}
		if err != nil {
			break
		}
	}
	client.CloseWrite() // an error is a client that has gone
	client.SetReadDeadline(time.Now().Add(lastTime))
}
