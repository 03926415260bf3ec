-- A feature written by hand. $1: layer id, $2: key or null for one of its own, $3: properties, $4: WKB in EPSG:4326 or null.
insert into rimay.feature (layer, key, properties, geom)
values ($1, coalesce($2, gen_random_uuid()::text), $3, st_forcepolygonccw(st_geomfromwkb($4, 4326)))
returning id, version
