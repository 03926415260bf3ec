-- Corners of areas from all over the file, at most so many. $1: how many.
select st_x(corner) as "longitude!", st_y(corner) as "latitude!"
from (
  select (st_dumppoints(geom)).geom as corner
  from incoming_feature
  where geom is not null and row_number % greatest(1, (select count(*) from incoming_feature) / ($1::bigint / 5)) = 0
) corners
limit $1
