-- Where some of the rows are. $1: row numbers.
select row_number, st_x(place) as "longitude!", st_y(place) as "latitude!"
from (select row_number, st_pointonsurface(geom) as place from incoming_feature where geom is not null and row_number = any ($1)) places
