-- Whether a geometry may be stored, and if not why and where (longitude and latitude). $1: WKB in EPSG:4326.
select st_isvalid(geom) as "is_valid!", reason(st_isvaliddetail(geom)) as reason,
  st_x(location(st_isvaliddetail(geom))) as longitude, st_y(location(st_isvaliddetail(geom))) as latitude
from st_geomfromwkb($1, 4326) as geom
