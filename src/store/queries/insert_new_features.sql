-- Features that the source did not have before, numbered in the order of the file, but for those that a person
-- removed. $1: layer id, $2: source, $3: import id.
insert into rimay.feature (layer, source, key, import_id, properties, source_record, geom)
select $1, $2, i.key, $3, i.properties, i.source_record, i.geom
from incoming_feature i
where not exists (select from rimay.feature f where f.layer = $1 and f.source = $2 and f.key = i.key)
  and not exists (select from rimay.removed_feature r where r.layer = $1 and r.source = $2 and r.key = i.key)
order by i.row_number
