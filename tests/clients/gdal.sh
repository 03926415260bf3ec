#!/usr/bin/env bash
# GDAL's programs: the OAPIF driver, which reads features as QGIS and R do, and the files one can download.
set -euo pipefail
source "${BASH_SOURCE[0]%/*}/check.sh"

readonly ogc=OAPIF:$RIMAY_URL/ogc
readonly box='-79 -8 -78 -7'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(ogrinfo --version | sed 's/^\(GDAL [0-9.]*\).*/\1/')
# GDAL counts features in reports like these.
counted() { sed -n 's/^Feature Count: //p'; }

lists_layers() {
  local listed
  listed=$(ogrinfo -q -so "$ogc" | sed -n 's/^[0-9]*: \([a-z_]*\).*/\1/p' | sort | xargs)
  check "$version lists all layers" "$listed" "$(sql 'select id from rimay.layer order by id' | xargs)"
}

copies_all_layers() {
  local layer copied
  ogr2ogr -f GPKG "$work/all.gpkg" "$ogc" 2>"$work/errors" || true
  check "$version copies everything into a GeoPackage without complaint" "$(cat "$work/errors")" ''
  for layer in $(sql 'select id from rimay.layer order by id'); do
    copied=$(ogrinfo -so "$work/all.gpkg" "$layer" 2>/dev/null | counted)
    check "$version copies all of $layer" "$copied" "$(sql "select count(*) from layers.$layer")"
  done
}

knows_types() {
  local fields
  fields=$(ogrinfo -so "$ogc" conflicts)
  for expected in 'name: String' 'started_on: Date' 'synthetic: Integer(Boolean)'; do
    check "$version sees $expected" "$(grep -oF "$expected" <<<"$fields" || true)" "$expected"
  done
  check "$version sees areas as numbers" \
    "$(ogrinfo -so "$ogc" mining_concessions | grep -o 'legal_area_ha: Real' || true)" 'legal_area_ha: Real'
}

# finds WHAT LAYER CONDITION-IN-SQL PATTERN-OF-REQUEST OPTIONS…
finds() {
  local what=$1 layer=$2 condition=$3 pattern=$4
  shift 4
  mark_requests
  check "$version finds $what" "$(ogrinfo -so "$ogc" "$layer" "$@" 2>&1 | counted)" \
    "$(sql "select count(*) from layers.$layer where $condition")"
  check_asked "$version lets the server find $what" "$pattern"
}

filters() {
  # Word splitting makes four arguments of the box.
  finds 'what lies in a box' mining_concessions \
    "st_intersects(geom, st_makeenvelope(${box// /,}, 4326))" 'bbox=-79,-8,-78,-7' -spat $box
  finds 'text that is equal' conflicts "state = 'activo'" 'filter=.*filter-lang=cql' -where "state = 'activo'"
  finds 'text that is like' conflicts "name like '%a'" 'filter=.*LIKE.*filter-lang=cql' -where "name LIKE '%a'"
  finds 'numbers greater than' mining_concessions 'legal_area_ha > 500' 'filter=.*legal_area_ha' \
    -where 'legal_area_ha > 500'
  finds 'one of some codes, and not' conflicts "state in ('activo', 'latente') and not type = 'socioambiental'" \
    'filter=.*NOT' -where "state IN ('activo', 'latente') AND NOT type = 'socioambiental'"
  finds 'dates after' conflicts "started_on >= '2010-01-01'" 'filter=.*started_on' -where "started_on >= '2010/01/01'"
  finds 'a condition within a box' mining_concessions \
    "legal_area_ha > 500 and st_intersects(geom, st_makeenvelope(${box// /,}, 4326))" 'bbox=.*filter=|filter=.*bbox=' \
    -spat $box -where 'legal_area_ha > 500'
}

selects() {
  local found
  mark_requests
  found=$(ogrinfo -so "$ogc" -sql "select * from conflicts where state = 'activo'" 2>&1 | counted)
  check "$version answers SQL" "$found" "$(sql "select count(*) from layers.conflicts where state = 'activo'")"
  check_asked "$version lets the server answer SQL" 'filter=.*state'
  found=$(ogr2ogr -f CSV /vsistdout/ "$ogc" -dialect SQLite \
    -sql 'select state, count(*) as cases from conflicts group by state order by state' | tail -n +2 | tr -d '"')
  check "$version counts by state in SQL" "$found" \
    "$(sql "select state || ',' || count(*) from layers.conflicts group by state order by state collate \"C\"")"
}

fetches_one() {
  local id
  id=$(sql 'select id from layers.conflicts order by id offset 10 limit 1')
  mark_requests
  check "$version fetches a feature by its id" "$(ogrinfo "$ogc" conflicts -fid "$id" | grep -o '^OGRFeature.*')" \
    "OGRFeature(conflicts):$id"
  check_asked "$version asks for that feature alone" "/items/$id( |$|\\?)"
}

transforms() {
  ogr2ogr -f CSV -lco GEOMETRY=AS_XY -t_srs EPSG:32718 "$work/utm.csv" "$ogc" conflicts -where "code = 'RIM-001'"
  check "$version transforms to UTM as PostGIS does" \
    "$(tail -n 1 "$work/utm.csv" | awk -F , '{printf "%.0f %.0f", $1, $2}')" \
    "$(sql "select round(st_x(p)) || ' ' || round(st_y(p)) from (select st_transform(geom, 32718) as p from layers.conflicts where code = 'RIM-001') as moved")"
}

# A name with letters outside ASCII shows whether the encoding survives.
opens_downloads() {
  local format file all placed name
  all=$(sql 'select count(*) from layers.conflicts')
  placed=$(sql 'select count(*) from layers.conflicts where geom is not null')
  name=$(sql "select name from layers.conflicts where name ~ '[áéíóúñ]' and geom is not null order by id limit 1")
  for format in gpkg shp kml fgb csv; do
    file=$work/conflicts.$format
    curl -sfo "$file" "$RIMAY_URL/ogc/collections/conflicts/items?f=$format" || true
    if [[ $format == shp ]]; then file=/vsizip/{$file}; fi
    # FlatGeobuf has no features without a place.
    check "$version opens f=$format" "$(ogrinfo -so -al "$file" 2>&1 | counted)" \
      "$(if [[ $format == fgb ]]; then echo "$placed"; else echo "$all"; fi)"
    check "$version reads accents in f=$format" "$(ogrinfo -al "$file" 2>&1 | grep -oF -m 1 "$name" | head -n 1)" "$name"
  done
  curl -sfo "$work/some.gpkg" "$RIMAY_URL/ogc/collections/conflicts/items?f=gpkg&state=activo" || true
  check "$version opens a download of what a filter finds" "$(ogrinfo -so -al "$work/some.gpkg" 2>&1 | counted)" \
    "$(sql "select count(*) from layers.conflicts where state = 'activo'")"
}

opens_tile() {
  curl -sfo "$work/tile.mvt" "$RIMAY_URL/tiles/departments/4/4/8" || true
  check "$version opens a vector tile" "$(ogrinfo -q -so "MVT:$work/tile.mvt" 2>&1 | head -n 1)" \
    '1: departments (Multi Polygon)'
}

lists_layers
knows_types
filters
selects
fetches_one
transforms
opens_downloads
opens_tile
copies_all_layers
exit $((failures > 0))
