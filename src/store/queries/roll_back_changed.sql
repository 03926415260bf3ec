-- Brings features that an import changed, and nobody wrote since, back to what they were before. $1: layer id, $2: import id.
update rimay.feature f
set properties = before.properties, source_record = before.source_record, geom = before.geom, import_id = before.import_id,
  valid_from = before.valid_from
from (
  select distinct on (v.id) v.*
  from rimay.feature_version v
  join rimay.feature now on now.layer = $1 and now.id = v.id
  where v.layer = $1 and now.import_id = $2 and v.import_id is distinct from $2
  order by v.id, v.version desc
) before
where f.layer = $1 and f.import_id = $2 and f.edited_at is null and before.id = f.id and not before.removed
