#!/usr/bin/env bash
# Lets the programs people really use read from the real server: GDAL, QGIS, R, OWSLib, GeoPandas, OpenLayers,
# MapLibre, ogc-client, and Schemathesis against the service description; and runs what docs/gis.md gives to copy. Needs
# DATABASE_URL, the built web pages and demonstration data, and in RIMAY the program. `make clients` runs it, after
# `./setup.sh --clients`; `make test` runs what needs less.
#
#   tests/clients.sh [NAME…]          only these clients: the names of the files in tests/clients, without ending
#   tests/clients.sh docs:sh,html     of what docs/gis.md gives to copy, only the blocks in these languages
#
# Each file in tests/clients is one client; it prints a line for each check and fails when one of them does. It is told
# where the server is (RIMAY_URL), who may write (RIMAY_EDIT_TOKEN), and the file with all requests that have reached
# the server (RIMAY_REQUESTS). What answers should be is asked of the database, through DATABASE_URL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly rimay=${RIMAY:-target/debug/rimay}
readonly python=${CARGO_TARGET_DIR:-target}/tools/clients/bin/python
readonly start_timeout_s=300
readonly stop_timeout_s=15
readonly all=(gdal qgis_layers sf owslib_features owslib_processes geopandas_files openlayers ogc_client web_maps docs
  service_description)
work=$(mktemp -d)
server=
tap=
failed=()

main() {
  local clients=("$@") client
  if [[ $# == 0 ]]; then clients=("${all[@]}"); fi
  trap stop EXIT
  touch "$work"/{log,tap,requests,upstream}
  start_tap
  start_server
  CHROMIUM=${CHROMIUM:-$(find_browser)}
  export CHROMIUM PYTHONDONTWRITEBYTECODE=1 QT_QPA_PLATFORM=offscreen
  for client in "${clients[@]}"; do
    SECONDS=0
    run "$client" || failed+=("$client")
    echo "        $client took $SECONDS s"
  done
  if [[ ${#failed[@]} == 0 ]]; then return; fi
  echo "clients: failed: ${failed[*]}" >&2
  show_log
  exit 1
}

run() {
  case $1 in
    gdal) "tests/clients/$1.sh" ;;
    # QGIS and R are the system's, and so is the Python that knows QGIS.
    qgis_layers) XDG_RUNTIME_DIR=$work /usr/bin/python3 "tests/clients/$1.py" ;;
    sf) Rscript --vanilla "tests/clients/$1.R" ;;
    owslib_features | owslib_processes | geopandas_files | service_description) "$python" "tests/clients/$1.py" ;;
    docs) RIMAY=$rimay PYTHON=$python node tests/clients/docs.mjs ;;
    docs:*) RIMAY=$rimay PYTHON=$python node tests/clients/docs.mjs "${1#docs:}" ;;
    openlayers | ogc_client | web_maps) node "tests/clients/$1.mjs" ;;
    *) echo "clients: there is no client $1; there are ${all[*]}" >&2; return 1 ;;
  esac
}

# The server must know the address that clients use, because its links begin with it: so the tap is first.
start_tap() {
  RIMAY_REQUESTS=$work/requests
  python3 tests/clients/tap.py "$work/upstream" "$RIMAY_REQUESTS" >"$work/tap" &
  tap=$!
  RIMAY_URL=$(wait_for_address "$tap" "$work/tap")
  export RIMAY_REQUESTS RIMAY_URL
}

start_server() {
  export RIMAY_EDIT_TOKEN=clients-may-write
  "$rimay" serve --listen 127.0.0.1:0 --public-url "$RIMAY_URL" --demo-data fixtures/demo/build >"$work/log" 2>&1 &
  server=$!
  wait_for_address "$server" "$work/log" >"$work/upstream"
}

# Both print their address once they answer.
wait_for_address() {
  local process=$1 output=$2 deadline=$((SECONDS + start_timeout_s)) address
  while ((SECONDS < deadline)); do
    address=$(sed -n 's/^\(.* listens on \)\?\(http:\/\/127\.0\.0\.1:[0-9]*\)$/\2/p' "$output" | head -n 1)
    if [[ -n $address ]]; then echo "$address"; return; fi
    if ! kill -0 "$process" 2>/dev/null; then break; fi
    sleep 0.2
  done
  show_log
  echo "clients: the server did not start" >&2
  return 1
}

find_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

show_log() {
  echo "clients: the server's last words:" >&2
  tail -n 20 "$work/log" >&2 || true
}

# A server that hangs, which is what a client may have found, does not stop when it is asked to.
stop() {
  local process deadline=$((SECONDS + stop_timeout_s))
  for process in $server $tap; do
    kill "$process" 2>/dev/null || true
    while kill -0 "$process" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.1; done
    kill -KILL "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$work"
}

main "$@"
