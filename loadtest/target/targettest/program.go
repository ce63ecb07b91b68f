package targettest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Env names the environment variable by which a test binary knows that it is to be the server: its value is the habit.
const Env = "ROOMLOAD_TARGETTEST"

// Main plays liveroom demo --headless: it reads the same flags, prints the same line and ends at SIGTERM. It returns the
// exit code.
func Main(args []string) int {
	flags := map[string]string{"--tcp": "127.0.0.1:0", "--ws": "127.0.0.1:0", "--admin": "127.0.0.1:0"}
	for i := 0; i+1 < len(args); i++ {
		if len(args[i]) > 2 && args[i][:2] == "--" && args[i] != "--headless" {
			flags[args[i]] = args[i+1]
			i++
		}
	}
	if err := serve(flags); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serve(flags map[string]string) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	dir := flags["--data"]
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "targettest-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	r, err := New(Habit(os.Getenv(Env)), dir)
	if err != nil {
		return err
	}
	addrs, err := r.Serve(flags["--tcp"], flags["--ws"], flags["--admin"])
	if err != nil {
		return err
	}
	line, err := json.Marshal(map[string]any{
		"tcp": addrs[0], "ws": "ws://" + addrs[1] + "/v1/link", "admin": "http://" + addrs[2],
		"token_key_file": r.KeyFile(), "data": dir, "tokens": map[string]string{},
	})
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	<-stop
	return r.Close()
}
