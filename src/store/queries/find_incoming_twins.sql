-- Rows with the same geometry as an earlier row. Only what shares its box with another is compared whole.
with shared as (
  select st_xmin(geom) as west, st_ymin(geom) as south, st_xmax(geom) as east, st_ymax(geom) as north
  from incoming_feature
  where geom is not null
  group by 1, 2, 3, 4
  having count(*) > 1
)
select * from (
  select row_number as "row_number!", coalesce(name, key) as "feature!",
    first_value(row_number) over twins as "first_row!", first_value(coalesce(name, key)) over twins as "first_feature!"
  from incoming_feature
  join shared on west = st_xmin(geom) and south = st_ymin(geom) and east = st_xmax(geom) and north = st_ymax(geom)
  window twins as (partition by st_asbinary(st_normalize(geom)) order by row_number)
) t
where "row_number!" > "first_row!"
order by "row_number!"
