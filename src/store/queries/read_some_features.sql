-- Those of the features that there are, by ascending id. $1: layer id, $2: ids.
select id, version, xmin::text::bigint as "row!", source, properties::text as "properties!", st_asbinary(geom, 'NDR') as wkb
from rimay.feature
where layer = $1 and id = any ($2)
order by id
