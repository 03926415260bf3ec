-- Areas that are next to nothing: less than so many m², or on average narrower than so many metres: the first 1000 by row, and
-- how many there are. $1: m², $2: metres.
select row_number, coalesce(name, key) as "feature!", area as "area!", width as "width!", count(*) over () as "total!"
from (
  select row_number, name, key, area, 2 * area / nullif(st_perimeter(geom::geography), 0) as width
  from (select row_number, name, key, geom, st_area(geom::geography) as area from incoming_feature where geom is not null) measured
) slivers
where area < $1 or width < $2
order by row_number
limit 1000
