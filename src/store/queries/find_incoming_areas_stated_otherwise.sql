-- Rows of which a stated area differs from the geodesic area by more than a share of it: the first 1000 by row, and how many there
-- are. $1: the field, $2: its unit in m², $3: the share.
select row_number, coalesce(name, key) as "feature!", stated as "stated!", measured / $2 as "measured!", count(*) over () as "total!"
from (
  select row_number, name, key, (properties ->> $1)::double precision as stated, st_area(geom::geography) as measured
  from incoming_feature
  where geom is not null and (properties ->> $1)::double precision > 0
) areas
where abs(stated * $2 - measured) > $3 * measured
order by row_number
limit 1000
