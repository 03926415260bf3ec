-- A feature written by hand. $1: layer id, $2: properties, $3: WKB in EPSG:4326 or null.
insert into rimay.feature (layer, key, properties, geom)
values ($1, gen_random_uuid()::text, $2, st_forcepolygonccw(st_geomfromwkb($3, 4326)))
returning id, version
