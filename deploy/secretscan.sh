#!/bin/sh
# Looks for key material in the files that git tracks, and in every line that a commit before has added: private keys, token
# keys, signed tokens, well-known forms of credentials. It prints where, never what, and fails when there is any. A line that
# has to look like one carries "secretscan: ok"; what is in the history for good and opens nothing any more stands in
# deploy/secretscan.known, a line as it is printed here each. Tests make their keys as they run.
set -u
cd "$(git rev-parse --show-toplevel)" || exit 2

# What key material looks like, and what files of it are called.
looks='-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----'
looks=$looks'|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}'
looks=$looks'|\$argon2id?\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{20,}\$[A-Za-z0-9+/]{40,}'
looks=$looks'|(AKIA|ASIA)[A-Z0-9]{16}'
looks=$looks'|gh[pousr]_[A-Za-z0-9]{36}'
looks=$looks'|xox[abprs]-[A-Za-z0-9-]{20,}'
looks=$looks'|sk-[A-Za-z0-9]{32,}'
named() { "$@" -- '*.pem' '*.key' '*.p12' '*.pfx' '*token.key' '*accounts.json' '*id_rsa*' '*.kdbx'; }
most=60 # seconds for the history

# added prints the lines that the commits up to HEAD have added, each after its commit and file, and in the end how that went.
added() {
	limit=
	command -v timeout >/dev/null && limit="timeout $most"
	{
		$limit git log -p -m -U0 --no-color --no-ext-diff --no-textconv --no-renames --src-prefix=a/ --dst-prefix=b/ \
			--format='commit %h' HEAD -- . ':!deploy/secretscan.sh'
		echo "ended $?"
	} | LC_ALL=C awk '
		/^commit / { commit = $2 }
		/^ended / { print }
		/^diff / { head = 1 }
		/^@@/ { head = 0 }
		head && /^\+\+\+ b\// { file = substr($0, 7) }
		!head && /^\+/ { print commit ":" file "\t" substr($0, 2) }'
}

past=
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
	echo 'secretscan: a shallow clone: the history is not looked through' >&2
elif git rev-parse -q --verify HEAD >/dev/null; then
	past=$(added | LC_ALL=C grep -aE -e "$looks" -e '^ended ' | grep -av 'secretscan: ok' | cut -f1)
	ended=$(printf '%s\n' "$past" | sed -n 's/^ended //p')
	past=$(printf '%s\n' "$past" | grep -v '^ended ')
	past=$(printf '%s\n' "$past"; named git log --no-renames --diff-filter=A --name-only --format='commit %h' HEAD |
		awk '/^commit / { commit = $2; next } NF { print commit ":" $0 }')
	case $ended in
	0) ;;
	124) echo "secretscan: the history is too long for $most s: its older part is not looked through" >&2 ;;
	*)
		echo 'secretscan: git cannot tell the history' >&2
		exit 2
		;;
	esac
	if [ -e deploy/secretscan.known ]; then
		past=$(printf '%s\n' "$past" | grep -vxFf deploy/secretscan.known)
	fi
fi

found=$(git grep -nIE -e "$looks" -- . ':!deploy/secretscan.sh' | grep -v 'secretscan: ok' | cut -d: -f1,2)
files=$(named git ls-files)

if [ -n "$found$files" ]; then
	echo 'secretscan: this looks like key material; take it out, and change the key if it was ever real:' >&2
	printf '%s\n' "$found" "$files" | sed '/^$/d; s/^/  /' >&2
fi
past=$(printf '%s\n' "$past" | sed '/^$/d' | sort -u)
if [ -n "$past" ]; then
	echo 'secretscan: these commits have added what looks like key material; change the key if it was ever real:' >&2
	printf '%s\n' "$past" | sed 's/^/  /' >&2
fi
[ -z "$found$files$past" ]
