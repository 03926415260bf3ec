-- All features of a layer by ascending id. The properties as text: numbers that no program can hold must not keep
-- the rest of the row from being read. $1: layer id.
select id, version, xmin::text::bigint as "row!", source, properties::text as "properties!", st_asbinary(geom, 'NDR') as wkb
from rimay.feature
where layer = $1
order by id
