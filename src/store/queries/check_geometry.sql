-- Whether a geometry may be stored, and if not why and where (longitude and latitude). $1: WKB in EPSG:4326.
select detail.valid as "is_valid!", detail.reason, st_x(detail.location) as longitude, st_y(detail.location) as latitude
from st_isvaliddetail(st_geomfromwkb($1, 4326)) as detail
