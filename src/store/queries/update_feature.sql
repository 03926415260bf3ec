-- Writes a feature if it is still as the writer saw it.
-- $1: layer id, $2: id, $3: versions or null for any, $4: properties to write over those there are, $5: WKB in EPSG:4326 or null.
update rimay.feature
set properties = properties || $4, geom = st_forcepolygonccw(st_geomfromwkb($5, 4326)),
  edited_at = case when source <> 'direct' then now() end
where layer = $1 and id = $2 and ($3::bigint[] is null or version = any ($3)) and source <> 'register'
returning version
