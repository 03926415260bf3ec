-- Rows of which a stated area differs from the geodesic area by more than a share of it: the first 1000 by row, and how many there
-- are. Measuring on the ellipsoid is slow: areas that agree within half the share on a plane of their latitude, which is
-- right within a hundredth for what is not as large as a region, are not measured. $1: the field, $2: its unit in m², $3: the share.
select row_number, coalesce(name, key) as "feature!", stated as "stated!", measured / $2 as "measured!", count(*) over () as "total!"
from (
  select row_number, name, key, stated, st_area(geom::geography) as measured
  from (
    select row_number, name, key, geom, least((properties ->> $1)::double precision, 1e12) as stated,
      st_area(geom) * 12308.8e6 * cos(radians((st_ymin(geom) + st_ymax(geom)) / 2)) as estimated
    from incoming_feature
    where geom is not null and (properties ->> $1)::double precision > 0
  ) estimates
  where abs(stated * $2::float8 - estimated) > 0.5 * $3::float8 * estimated or st_ymax(geom) - st_ymin(geom) > 1
  offset 0
) areas
where abs(stated * $2 - measured) > $3 * measured
order by row_number
limit 1000
