#!/usr/bin/env bash
# Starts the real server on an empty database with the demonstration data, and lets a browser do in it what
# people do (web/journeys). Needs DATABASE_URL, the built web pages and demonstration data, and in RIMAY the
# program. `make test` runs it. JOURNEYS names those that run, such as 7-data.
#
# The journeys are told where the server is (RIMAY_URL), by which link the first administrator makes their account
# (RIMAY_FIRST_LINK), which browser to drive (CHROMIUM), and how many
# features with a place the database says each layer has (RIMAY_EXPECTED, a JSON object), to compare with the page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly rimay=${RIMAY:-target/debug/rimay}
readonly start_timeout_s=300
log=$(mktemp)
server=

main() {
  trap stop EXIT
  export RIMAY_EDIT_TOKEN=journeys-may-write
  "$rimay" serve --listen 127.0.0.1:0 --demo-data fixtures/demo/build >"$log" 2>&1 &
  server=$!
  RIMAY_URL=$(wait_for_address)
  RIMAY_FIRST_LINK=$(grep -Eom1 'http://[^ ]+/entrar#clave=[0-9a-f]+' "$log")
  RIMAY_EXPECTED=$(count_features)
  CHROMIUM=${CHROMIUM:-$(find_browser)}
  export RIMAY_URL RIMAY_EXPECTED RIMAY_FIRST_LINK CHROMIUM
  echo "journeys: $RIMAY_URL has $RIMAY_EXPECTED"
  npm --prefix web run journeys -- ${JOURNEYS-} || { show_log; exit 1; }
}

# The server prints its address once it has chosen a port and answers.
wait_for_address() {
  local deadline=$((SECONDS + start_timeout_s)) address
  while ((SECONDS < deadline)); do
    address=$(grep -Eom1 'http://127\.0\.0\.1:[0-9]+' "$log" || true)
    if [[ -n $address ]]; then echo "$address"; return; fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.2
  done
  show_log
  echo "journeys: the server did not start" >&2
  return 1
}

count_features() {
  psql "$DATABASE_URL" -XAtqw -c "
    select json_object_agg(id, features order by id)
    from (select layer.id, count(feature.geom) as features
          from rimay.layer left join rimay.feature on feature.layer = layer.id
          group by layer.id) as counted"
}

find_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

show_log() {
  echo "journeys: the server's last words:" >&2
  tail -n 40 "$log" >&2
}

stop() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  rm -f "$log"
}

main
