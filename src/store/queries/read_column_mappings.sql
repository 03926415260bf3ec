-- The saved mappings of a layer, by name. $1: layer id.
select name, columns, saved_by, (extract(epoch from saved_at) * 1000000)::bigint as "saved_at_us!"
from rimay.column_mapping
where layer = $1
order by name
