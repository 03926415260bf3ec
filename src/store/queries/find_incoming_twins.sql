-- Rows with the same geometry as an earlier row.
select * from (
  select row_number as "row_number!", coalesce(name, key) as "feature!",
    first_value(row_number) over twins as "first_row!", first_value(coalesce(name, key)) over twins as "first_feature!"
  from incoming_feature
  where geom is not null
  window twins as (partition by st_asbinary(st_normalize(geom)) order by row_number)
) t
where "row_number!" > "first_row!"
order by "row_number!"
