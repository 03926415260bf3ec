-- Which rows hold the features of a layer, by ascending id: whatever writes a feature makes another row.
-- $1: layer id.
select id, xmin::text::bigint as "row!" from rimay.feature where layer = $1 order by id
