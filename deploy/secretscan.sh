#!/bin/sh
# Looks for key material in the files that git tracks: private keys, token keys, signed tokens, well-known forms of
# credentials. It prints where, never what, and fails when there is any. A line that has to look like one carries
# "secretscan: ok". Tests make their keys as they run.
set -u
cd "$(git rev-parse --show-toplevel)" || exit 2

found=$(git grep -nIE \
	-e '-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----' \
	-e 'eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}' \
	-e '\$argon2id?\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{20,}\$[A-Za-z0-9+/]{40,}' \
	-e '(AKIA|ASIA)[A-Z0-9]{16}' \
	-e 'gh[pousr]_[A-Za-z0-9]{36}' \
	-e 'xox[abprs]-[A-Za-z0-9-]{20,}' \
	-e 'sk-[A-Za-z0-9]{32,}' \
	-- . ':!deploy/secretscan.sh' | grep -v 'secretscan: ok' | cut -d: -f1,2)
files=$(git ls-files -- '*.pem' '*.key' '*.p12' '*.pfx' '*token.key' '*accounts.json' '*id_rsa*' '*.kdbx')

if [ -n "$found$files" ]; then
	echo 'secretscan: this looks like key material; take it out, and change the key if it was ever real:' >&2
	printf '%s\n' "$found" "$files" | sed '/^$/d; s/^/  /' >&2
	exit 1
fi
