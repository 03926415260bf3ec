-- Rows whose boxes reach farther than so many degrees outside an area. $1: the area, WKT in EPSG:4326, $2: degrees.
select row_number, coalesce(name, key) as "feature!", st_x(st_pointonsurface(geom)) as longitude, st_y(st_pointonsurface(geom)) as latitude,
  count(*) over () as "total!"
from incoming_feature, (select st_buffer(st_geomfromtext($1, 4326), $2) as around) a
where not st_coveredby(st_envelope(geom), a.around)
order by row_number
limit 20
