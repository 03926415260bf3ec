-- How features of the source that the file still has moved, in metres east and north: how many there are, how many moved by more
-- than a metre, and the middle and the spread of the moves. What is drawn as before did not move. $1: layer id, $2: source.
with pairs as (
  select i.geom as now, f.geom as before, st_asbinary(i.geom) is distinct from st_asbinary(f.geom) as is_other
  from incoming_feature i
  join rimay.feature f on f.layer = $1 and f.source = $2 and f.key = i.key
  where i.geom is not null and f.geom is not null
), moves as (
  select (st_x(now) - st_x(before)) * 111320 * cos(radians(st_y(now))) as east, (st_y(now) - st_y(before)) * 110574 as north
  from (select st_centroid(now) as now, st_centroid(before) as before from pairs where is_other offset 0) centres
), moved as (
  select east, north from moves where abs(east) > 1 or abs(north) > 1
)
select (select count(*) from pairs) as "matched!", count(*) as "moved!",
  percentile_cont(0.5) within group (order by east) as east,
  percentile_cont(0.5) within group (order by north) as north,
  percentile_cont(0.9) within group (order by east) - percentile_cont(0.1) within group (order by east) as spread_east,
  percentile_cont(0.9) within group (order by north) - percentile_cont(0.1) within group (order by north) as spread_north
from moved
