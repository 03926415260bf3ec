-- Writes a feature if it is still as the writer saw it. $1: layer id, $2: id, $3: version, $4: properties, $5: WKB in EPSG:4326 or null.
update rimay.feature
set properties = $4, geom = st_forcepolygonccw(st_geomfromwkb($5, 4326))
where layer = $1 and id = $2 and version = $3
returning version
