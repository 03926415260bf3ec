-- All features of a layer by ascending id. $1: layer id.
select id, source, properties, st_asbinary(geom, 'NDR') as wkb
from rimay.feature
where layer = $1
order by id
