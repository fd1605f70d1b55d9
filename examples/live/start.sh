#!/bin/sh
# Start three live nodes on this machine, with keys of their own, fed by the recording over Switzerland.
# From the folder of Kizuna: sh examples/live/start.sh [--speed 10]. Ctrl-C ends them.
set -e
kizuna=.venv/bin/kizuna
keys=out/live/keys
if [ ! -d "$keys" ]; then
    "$kizuna" keys init "$keys"
    for node in CHE FRA ITA; do "$kizuna" keys issue "$keys" "$node"; done
fi
# They need some seconds to read the recording; then they begin together.
begin=$(date -u -d '+30 seconds' +%Y-%m-%dT%H:%M:%SZ)
echo "The exercise begins at $begin. The pictures will lie in out/live."
for node in CHE FRA; do "$kizuna" node "examples/live/$node.yaml" --begin "$begin" --quiet "$@" & done
"$kizuna" node examples/live/ITA.yaml --begin "$begin" "$@"
wait
