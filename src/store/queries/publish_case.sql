-- The feature of a case that had none. $1: case, $2: properties, $3: WKB in EPSG:4326 or null, $4: first day.
insert into rimay.feature (layer, source, key, properties, geom, valid_from)
values ('conflicts', 'register', $1, $2, st_geomfromwkb($3, 4326), coalesce($4::text::date, rimay.validity_date()))
