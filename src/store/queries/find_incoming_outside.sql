-- Rows that reach outside a box. $1..$4: west, south, east, north in degrees.
select row_number, coalesce(name, key) as "feature!", st_x(st_pointonsurface(geom)) as longitude, st_y(st_pointonsurface(geom)) as latitude,
  count(*) over () as "total!"
from incoming_feature
where not st_coveredby(st_envelope(geom), st_makeenvelope($1, $2, $3, $4, 4326))
order by row_number
limit 20
