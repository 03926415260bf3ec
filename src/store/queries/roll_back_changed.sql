-- Brings features that an import changed, and nobody wrote since, back to what they were before its first word of them.
-- $1: layer id, $2: import id.
update rimay.feature f
set properties = before.properties, source_record = before.source_record, geom = before.geom, import_id = before.import_id,
  edited_at = before.edited_at, valid_from = before.valid_from
from (
  select distinct on (v.id) v.*
  from (
    select now.id, (
      select min(w.version) from (
        select version from rimay.feature_version where layer = $1 and id = now.id and import_id = $2
        union all
        select now.version
      ) w
    ) as first
    from rimay.feature now
    where now.layer = $1 and now.import_id = $2 and now.edited_at is null
  ) own
  join rimay.feature_version v on v.layer = $1 and v.id = own.id and v.version < own.first
  order by v.id, v.version desc
) before
where f.layer = $1 and f.id = before.id and not before.removed
