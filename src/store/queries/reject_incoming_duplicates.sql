-- Removes rows whose key an earlier row of the file bears, and returns them with that earlier row.
with repeated as (
  select key, min(row_number) as first_row
  from incoming_feature
  group by key
  having count(*) > 1
)
delete from incoming_feature i
using repeated r
where i.key = r.key and i.row_number > r.first_row
returning i.row_number as "row_number!", coalesce(i.name, i.key) as "feature!", i.key as "key!", r.first_row as "first_row!",
  st_x(st_pointonsurface(i.geom)) as longitude, st_y(st_pointonsurface(i.geom)) as latitude
