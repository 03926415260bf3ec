-- How features of the source that the file still has moved, in metres east and north: how many there are, how many moved by more
-- than a metre, and the middle and the spread of the moves. $1: layer id, $2: source.
select count(*) as "matched!", count(*) filter (where moved) as "moved!",
  percentile_cont(0.5) within group (order by east) filter (where moved) as east,
  percentile_cont(0.5) within group (order by north) filter (where moved) as north,
  percentile_cont(0.9) within group (order by east) filter (where moved) - percentile_cont(0.1) within group (order by east) filter (where moved) as spread_east,
  percentile_cont(0.9) within group (order by north) filter (where moved) - percentile_cont(0.1) within group (order by north) filter (where moved) as spread_north
from (
  select east, north, abs(east) > 1 or abs(north) > 1 as moved
  from (
    select (st_x(now) - st_x(before)) * 111320 * cos(radians(st_y(now))) as east, (st_y(now) - st_y(before)) * 110574 as north
    from (
      select st_centroid(i.geom) as now, st_centroid(f.geom) as before
      from incoming_feature i
      join rimay.feature f on f.layer = $1 and f.source = $2 and f.key = i.key
      where i.geom is not null and f.geom is not null
    ) centres
  ) moves
) shifts
