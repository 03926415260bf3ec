-- Rows that lie farther than so many degrees outside an area, or reach beyond its box by so much.
-- $1: the area, WKT in EPSG:4326, $2: degrees.
select row_number, coalesce(name, key) as "feature!", st_x(st_pointonsurface(geom)) as longitude, st_y(st_pointonsurface(geom)) as latitude,
  count(*) over () as "total!"
from incoming_feature, st_geomfromtext($1, 4326) as area
where not (st_intersects(area, geom) or st_dwithin(geom, area, $2)) or not geom @ st_expand(st_envelope(area), $2)
order by row_number
limit 20
