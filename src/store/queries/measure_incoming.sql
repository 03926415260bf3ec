-- What is about to be taken in: number of rows, rows without geometry, and the bounding box in degrees.
select count(*) as "count!", count(*) filter (where geom is null) as "without_geometry!",
  st_xmin(st_extent(geom)) as west, st_ymin(st_extent(geom)) as south, st_xmax(st_extent(geom)) as east, st_ymax(st_extent(geom)) as north
from incoming_feature
