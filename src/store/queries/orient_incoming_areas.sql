-- Winds exterior rings counter-clockwise (RFC 7946, section 3.1.6). The number of rows is how many were otherwise.
update incoming_feature
set geom = st_forcepolygonccw(geom)
where not st_ispolygonccw(geom)
