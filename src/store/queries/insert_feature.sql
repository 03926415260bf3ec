-- A feature written by hand, so since its own first day, or since today. $1: layer id, $2: properties, $3: WKB in EPSG:4326
-- or null, $4: field with a feature's first day or null.
insert into rimay.feature (layer, key, properties, geom, valid_from)
values ($1, gen_random_uuid()::text, $2, st_forcepolygonccw(st_geomfromwkb($3, 4326)), coalesce(($2::jsonb ->> $4::text)::date, rimay.validity_date()))
returning id, version
