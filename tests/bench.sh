#!/usr/bin/env bash
# Measures the server against PostGIS, and against other servers where they are installed, on an invented national data
# set. Writes docs/benchmarks.md. `make bench` runs it on a release build; SCALE=10 takes ten times the data.
#
# The data is made once for each scale and kept beside cargo's target directory. Needs wrk and pgbench.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly rimay=${RIMAY:-target/release/rimay}
readonly scale=${SCALE:-1}
data=${CARGO_TARGET_DIR:-target}/bench/x$scale
export RIMAY_DATA_DIR=$data RIMAY=$rimay SCALE=$scale

for program in wrk node psql; do
  command -v "$program" >/dev/null || { echo "bench: $program is missing" >&2; exit 2; }
done

if [[ ! -e $data/made ]]; then
  echo "bench: making the data, once (some minutes)"
  rm -rf "$data"
  mkdir -p "$data"
  "$rimay" migrate
  # shellcheck disable=SC2016 # the database's address is known inside
  "$rimay" database exec -- bash -c 'psql "$DATABASE_URL" -Xq -v scale="$SCALE" -f fixtures/national/national.sql'
  touch "$data/made"
fi
exec "$rimay" database exec -- tests/bench/peers.sh node tests/bench/run.mjs
