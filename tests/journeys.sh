#!/usr/bin/env bash
# Starts the real server on an empty database with the demonstration data, and lets a browser do in it what
# people do (web/journeys). Needs DATABASE_URL, the built web pages and demonstration data, and in RIMAY the
# program. `make test` runs it. JOURNEYS names those that run, such as 7-data.
#
# With RIMAY_LOAD the database has the real public files instead, and RIMAY_LOAD invented cases with their events beside them; then
# only the journeys under load run, which the others leave out.
#
# The journeys are told where the server is (RIMAY_URL), by which link the first administrator makes their account
# (RIMAY_FIRST_LINK), which browser to drive (CHROMIUM), and how many
# features with a place the database says each layer has (RIMAY_EXPECTED, a JSON object), to compare with the page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly rimay=${RIMAY:-target/debug/rimay}
readonly start_timeout_s=300
readonly real_files=../shared/data
log=$(mktemp)
server=

main() {
  trap stop EXIT
  export RIMAY_EDIT_TOKEN=journeys-may-write
  local options=(--demo-data fixtures/demo/build)
  if [[ -n ${RIMAY_LOAD-} ]]; then
    if [[ ! -d $real_files ]]; then
      echo "skipped: journeys under load, for the real files are not at $real_files"
      return
    fi
    load
    options=()
    JOURNEYS=95-load
  fi
  "$rimay" serve --listen 127.0.0.1:0 "${options[@]}" >"$log" 2>&1 &
  server=$!
  RIMAY_URL=$(wait_for_address)
  RIMAY_FIRST_LINK=$(grep -Eom1 'http://[^ ]+/entrar#clave=[0-9a-f]+' "$log")
  RIMAY_EXPECTED=$(count_features)
  CHROMIUM=${CHROMIUM:-$(find_browser)}
  export RIMAY_URL RIMAY_EXPECTED RIMAY_FIRST_LINK CHROMIUM
  echo "journeys: $RIMAY_URL has $RIMAY_EXPECTED"
  npm --prefix web run journeys -- ${JOURNEYS-} || { show_log; exit 1; }
}

# All real files, and invented cases.
load() {
  local file layer preset
  "$rimay" migrate
  while read -r file layer preset; do
    "$rimay" import "$real_files/$file" --layer "$layer" --preset "$preset" >/dev/null
  done <<'FILES'
cajamarca_mining_concessions.geojson mining_concessions ingemmet_cadastre
cajamarca_peasant_communities.geojson indigenous_territories peasant_communities
cajamarca_native_communities.geojson indigenous_territories native_communities
peru_hydrographic_units.geojson watersheds ana_hydrographic_units
peru_districts.gpkg districts district_limits
peru_populated_centres.csv.gz populated_places inei_populated_centres
peru_mining_conflicts_2024_03.xlsx conflicts ombudsman_mining_conflicts
FILES
  psql "$DATABASE_URL" -Xqw -v cases="$RIMAY_LOAD" -f fixtures/national/register.sql >/dev/null
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
