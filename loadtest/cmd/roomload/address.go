package main

import (
	"net"
	"net/url"
)

// wsPort is where an engine serves WebSocket links unless told otherwise.
const wsPort = "7701"

// defaultWS returns the WebSocket URL that goes with a TCP address.
func defaultWS(tcp string) string {
	host, _, err := net.SplitHostPort(tcp)
	if err != nil {
		return ""
	}
	return "ws://" + net.JoinHostPort(host, wsPort) + "/v1/link"
}

// hostOf returns host:port of a URL, "" when there is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
