#!/usr/bin/env bash
# Asks a freshly migrated database about every query in the source, and writes the answers to .sqlx/, from
# which the program compiles without a database. Run by `make sql`, which sets DATABASE_URL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

described=$(mktemp -d "$PWD/.sqlx.XXXXXX")
trap 'rm -rf "$described"' EXIT

# A database of our own: whoever set DATABASE_URL may have migrated theirs with an older program.
psql "$DATABASE_URL" -Xqw -c 'drop database if exists described' -c 'create database described'
described_url=$(sed -E 's#^([a-z]+://[^/]*/)[^?]*#\1described#' <<<"$DATABASE_URL")
for migration in migrations/*.sql; do
  psql "$described_url" -Xqw1 -v ON_ERROR_STOP=1 -f "$migration"
done
# An import's own table is temporary; here its pattern stands in for it.
described_url+=$([[ $described_url == *\?* ]] && echo '&' || echo '?')options=-csearch_path%3Dpublic,rimay

touch src/lib.rs # or Cargo would see nothing to do
DATABASE_URL=$described_url SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$described cargo check --all-targets
mkdir -p .sqlx
rm -f .sqlx/query-*.json
cp "$described"/query-*.json .sqlx/
echo "described $(find .sqlx -name 'query-*.json' | wc -l) queries in .sqlx"
