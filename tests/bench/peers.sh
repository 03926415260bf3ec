#!/usr/bin/env bash
# Starts the other servers that `make peers` installed, on the database in DATABASE_URL, runs the rest of the line with
# their addresses in PEERS, and stops them. BENCH_PEERS names those that are wanted. None keeps tiles, as Rimay does not
# while it is measured; beside Martin runs another one that does.
set -euo pipefail

readonly tools=${CARGO_TARGET_DIR:-target}/tools/peers
readonly names=${BENCH_PEERS-martin tipg pygeoapi}
readonly first_port=${BENCH_PORT:-7390}
work=$(mktemp -d)
started=()
PEERS=

main() {
  trap stop EXIT
  if wanted martin martin; then
    start martin "$first_port" /health
    start martin_keeping $((first_port + 3)) /health
  fi
  if wanted tipg uvicorn; then start tipg $((first_port + 1)) /healthz; fi
  if wanted pygeoapi pygeoapi; then start pygeoapi $((first_port + 2)) /conformance; fi
  export PEERS
  "$@"
}

# wanted NAME PROGRAM: whether it is asked for and installed.
wanted() { [[ " $names " == *" $1 "* && -x $tools/bin/$2 ]]; }

# What the address says of the database: each of these programs wants it its own way.
setting() { psql "$DATABASE_URL" -XAtqc "select $1"; }
socket() { setting "split_part(current_setting('unix_socket_directories'), ',', 1)"; }

# martin PORT [MEGABYTES-OF-TILES-KEPT]
martin() {
  exec "$tools/bin/martin" --listen-addresses "127.0.0.1:$1" --cache-size "${2-0}" --pool-size 16 \
    "postgres://$(setting current_user)@/$(setting 'current_database()')?host=$(socket)&port=$(setting "current_setting('port')")"
}

martin_keeping() { martin "$1" 512; }

tipg() {
  local host
  host=$(socket)
  POSTGRES_USER=$(setting current_user) POSTGRES_PASS=none POSTGRES_HOST=${host//\//%2F} \
    POSTGRES_PORT=$(setting "current_setting('port')") POSTGRES_DBNAME=$(setting 'current_database()') \
    TIPG_DB_SCHEMAS='["rimay"]' TIPG_MAX_FEATURES_PER_QUERY=100000 DB_MAX_CONN_SIZE=16 \
    exec env -u DATABASE_URL "$tools/bin/uvicorn" tipg.main:app --port "$1" --log-level warning --no-access-log
}

pygeoapi() {
  cat >"$work/pygeoapi.yml" <<END
server:
  bind: {host: 127.0.0.1, port: $1}
  url: http://127.0.0.1:$1
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  language: en-US
  limits: {default_items: 10, max_items: 100000}
  map: {url: 'http://127.0.0.1/{z}/{x}/{y}', attribution: none}
logging: {level: ERROR}
metadata:
  identification: {title: bench, description: bench, keywords: [bench], keywords_type: theme, terms_of_service: none, url: http://127.0.0.1}
  license: {name: none, url: http://127.0.0.1}
  provider: {name: none, url: http://127.0.0.1}
  contact: {name: none}
resources:
  mining_concessions:
    type: collection
    title: mining_concessions
    description: mining_concessions
    keywords: [bench]
    extents: {spatial: {bbox: [-180, -90, 180, 90], crs: 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'}}
    providers:
      - type: feature
        name: PostgreSQL
        data:
          host: $(socket)
          port: $(setting "current_setting('port')")
          dbname: $(setting 'current_database()')
          user: $(setting current_user)
          password: none
          search_path: [rimay, public]
        id_field: id
        table: feature_mining_concessions
        geom_field: geom
END
  export PYGEOAPI_CONFIG=$work/pygeoapi.yml PYGEOAPI_OPENAPI=$work/pygeoapi-openapi.yml
  "$tools/bin/pygeoapi" openapi generate "$PYGEOAPI_CONFIG" --output-file "$PYGEOAPI_OPENAPI" >/dev/null
  exec "$tools/bin/uvicorn" pygeoapi.starlette_app:APP --port "$1" --log-level warning --no-access-log
}

# start NAME PORT PATH: without the server it goes on without it, and says so.
start() {
  "$1" "$2" >"$work/$1.log" 2>&1 &
  started+=($!)
  for _ in {1..300}; do
    if curl -sfo /dev/null "http://127.0.0.1:$2$3"; then PEERS+="$1=http://127.0.0.1:$2 "; return; fi
    if ! kill -0 $! 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "bench: $1 did not start:" >&2
  tail -n 5 "$work/$1.log" >&2
}

stop() {
  if [[ ${#started[@]} != 0 ]]; then
    kill "${started[@]}" 2>/dev/null || true
    wait || true
  fi
  rm -rf "$work"
}

main "$@"
