#!/bin/sh
# An example of storage.key_command: it wraps data keys under master keys that lie in files of KEYS_DIR, by openssl. One that
# asks a key service or a hardware module is written in the same way (RECOVERY.md, "A key service"): put its call in the
# place of the two calls of openssl enc.
#
#	KEYS_DIR/current     the name of the master key that wraps
#	KEYS_DIR/NAME.key    a master key: openssl rand -hex 32 >NAME.key; chmod 600 NAME.key
set -u
umask 077
dir=${KEYS_DIR:-/etc/liveroom/masters}

refuse() {
	printf '{"error":"%s","message":"%s"}\n' "$1" "$2"
	exit 0
}

# field NAME prints the text of a field; the request is one line, and no text in it needs escaping.
field() { printf '%s' "$request" | sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; }

# code FLAGS… runs the cipher under the master key.
code() { openssl enc -aes-256-ctr -pbkdf2 -pass "file:$dir/$master.key" "$@" 2>/dev/null; }

IFS= read -r request || refuse unavailable 'no request came'
case $(field op) in
wrap)
	master=$(cat "$dir/current" 2>/dev/null) || refuse unavailable 'no master key is in use'
	wrapped=$(field key | openssl base64 -d -A | code -salt | openssl base64 -A)
	[ -n "$wrapped" ] || refuse unavailable 'openssl does not wrap'
	printf '{"master":"%s","wrapped":"%s"}\n' "$master" "$wrapped"
	;;
unwrap)
	master=$(field master)
	case $master in '' | *[!A-Za-z0-9_-]*) refuse wrong_master 'not a name of ours' ;; esac
	[ -r "$dir/$master.key" ] || refuse wrong_master 'there is no such file'
	key=$(field wrapped | openssl base64 -d -A | code -d | openssl base64 -A)
	[ -n "$key" ] || refuse corrupt 'openssl does not open it'
	printf '{"key":"%s"}\n' "$key"
	;;
*) refuse unavailable 'want op wrap or unwrap' ;;
esac
