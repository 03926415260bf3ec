-- The feature of a case as it shall be now. Nothing changes where it is so already. $1: id, $2: properties, $3: WKB in EPSG:4326 or null.
update rimay.feature f set properties = $2, geom = st_geomfromwkb($3, 4326)
where layer = 'conflicts' and id = $1
  and (properties <> $2 or geom is distinct from st_geomfromwkb($3, 4326))
