-- Brings back the features that an import removed, but no demonstration data where a real source stands. $1: layer id, $2: import id.
insert into rimay.feature (layer, source, key, import_id, id, version, properties, source_record, geom, edited_at, valid_from, recorded_at, written_by)
select v.layer, v.source, v.key, v.import_id, v.id,
  (select max(w.version) + 1 from rimay.feature_version w where w.layer = $1 and w.id = v.id),
  v.properties, v.source_record, v.geom, v.edited_at, v.valid_from, rimay.recording_time(), rimay.writer()
from rimay.feature_version gone
join rimay.feature_version v on v.layer = gone.layer and v.id = gone.id and v.version = gone.version - 1 and not v.removed
left join rimay.import i on i.id = v.import_id
where gone.layer = $1 and gone.import_id = $2 and gone.removed
  and not exists (select from rimay.feature f where f.layer = $1 and (f.id = v.id or f.source = v.source and f.key = v.key))
  and not (coalesce(i.demonstration, false) and exists (
    select from rimay.import other
    where other.layer = $1 and other.id <> $2 and not other.demonstration and other.rolled_back_at is null
  ))
