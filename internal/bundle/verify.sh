#!/bin/sh
# Checks this bundle with sha256sum and od. It says what does not fit and ends with 1, or "ok" and 0.
# Compare the last line with the head that the bot's audit show, or a seal, gives for the challenge.
cd "$(dirname "$0")" || exit 1
fail() { echo "does not fit: $*"; exit 1; }

sha256sum -c --quiet --strict MANIFEST.sha256 || fail "a file is missing or was changed"
listed=$(wc -l < MANIFEST.sha256)
there=$(find . -type f ! -name MANIFEST.sha256 | wc -l)
[ "$listed" -eq "$there" ] || fail "there are $there files, and $listed are listed"

sha256sum -c --quiet --strict CHAIN.sha256 || fail "an event has another hash than the chain says"
before=0000000000000000000000000000000000000000000000000000000000000000
while read -r hash file; do
	named=$(od -An -v -tx1 -j 20 -N 32 "$file" | tr -d ' \n')
	[ "$named" = "$before" ] || fail "$file does not follow the event before it"
	before=$hash
done < CHAIN.sha256
[ "$(wc -l < CHAIN.sha256)" -eq "$(find chain -type f | wc -l)" ] || fail "events are missing from the chain"
echo "ok, head $before"
