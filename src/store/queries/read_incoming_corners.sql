-- Corners of areas, at most so many. $1: how many.
select st_x(corner) as "longitude!", st_y(corner) as "latitude!"
from (
  select (st_dumppoints(geom)).geom as corner
  from (select geom from incoming_feature where geom is not null order by md5(key) limit $1) areas
) corners
limit $1
