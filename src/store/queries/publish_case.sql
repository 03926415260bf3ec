-- The feature of a case. Nothing changes where it is so already. $1: case, $2: properties, $3: WKB in EPSG:4326 or null, $4: first day.
insert into rimay.feature as f (layer, source, key, properties, geom, valid_from)
values ('conflicts', 'register', $1, $2, st_geomfromwkb($3, 4326), coalesce($4::text::date, rimay.validity_date()))
on conflict (layer, source, key) do update set properties = excluded.properties, geom = excluded.geom
  where f.properties <> excluded.properties or not st_orderingequals(f.geom, excluded.geom) or (f.geom is null) <> (excluded.geom is null)
