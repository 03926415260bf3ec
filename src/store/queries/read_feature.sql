-- One feature as it is now. $1: layer id, $2: id.
select version, properties::text as "properties!", st_asbinary(geom, 'NDR') as wkb, source = 'register' as "is_registered!"
from rimay.feature
where layer = $1 and id = $2
