-- Makes invalid areas valid and returns what was wrong with them, with their geodesic area in m² after the repair
-- and, where it can be taken, before. An area that vanishes is set to null.
with invalid as (
  select row_number, geom as old, st_isvalidreason(geom) as reason,
    st_multi(st_collectionextract(st_makevalid(geom, 'method=structure'), 3)) as new
  from incoming_feature
  where geom is not null and not st_isvalid(geom)
)
update incoming_feature i
set geom = case when st_isempty(invalid.new) then null else invalid.new end
from invalid
where invalid.row_number = i.row_number
returning i.row_number as "row_number!", coalesce(i.name, i.key) as "feature!", invalid.reason as "reason!",
  abs(st_area(invalid.old::geography)) as area_before_m2, st_area(invalid.new::geography) as area_after_m2
