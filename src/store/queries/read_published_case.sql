-- The feature of a case as it is published. $1: case.
select id, properties, st_asbinary(geom) as wkb from rimay.feature where layer = 'conflicts' and source = 'register' and key = $1
