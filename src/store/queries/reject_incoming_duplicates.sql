-- Removes rows whose key an earlier row of the file bears, and returns them with that earlier row.
with numbered as (
  select row_number, first_value(row_number) over (partition by key order by row_number) as first_row
  from incoming_feature
)
delete from incoming_feature i
using numbered n
where i.row_number = n.row_number and n.row_number > n.first_row
returning i.row_number as "row_number!", coalesce(i.name, i.key) as "feature!", i.key as "key!", n.first_row as "first_row!"
