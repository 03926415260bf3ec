-- Areas that are next to nothing: less than so many m², or on average narrower than so many metres: the first 1000 by row, and
-- how many there are. Measuring on the ellipsoid is slow: what is twice as large and as wide on a plane is not measured.
-- $1: m², $2: metres.
select row_number, coalesce(name, key) as "feature!", area as "area!", width as "width!", count(*) over () as "total!"
from (
  select row_number, name, key, area, 2 * area / nullif(st_perimeter(geom::geography), 0) as width
  from (
    select row_number, name, key, geom, st_area(geom::geography) as area
    from (
      select row_number, name, key, geom, st_area(geom) * 12308.8e6 * cos(radians(st_ymin(geom))) as estimated, st_perimeter(geom) * 111000 as around
      from incoming_feature
      where geom is not null
    ) estimates
    where estimated < 2 * $1::float8 or estimated < $2::float8 * around
    offset 0
  ) measured
) slivers
where area < $1 or width < $2
order by row_number
limit 1000
