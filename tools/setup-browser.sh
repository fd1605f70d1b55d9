#!/bin/sh
# Finds a Chromium for the tests that look at pages, or installs Debian's; a failure is a sentence, not an error.
set -u

for name in chromium chromium-browser google-chrome; do
    command -v "$name" > /dev/null && exit 0
done

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "No Chromium was found: the tests that look at pages are skipped. Install one to run them." >&2
    exit 0
fi

echo "Installing Chromium for the tests that look at pages ..."
log=$(mktemp)
if ! { apt-get update --quiet --quiet \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends chromium fonts-dejavu-core
} > "$log" 2>&1; then
    tail -n 3 "$log" >&2
    echo "Chromium could not be installed: the tests that look at pages can't run." >&2
fi
rm -f "$log"
