-- Features that the source did not have before, numbered in the order of the file, but for those that a person
-- removed. One that comes back gets its old number. New ones are so since their own first day; without one, since the day
-- the file is of; and where the source is new and says neither, always, as far as is known.
-- $1: layer id, $2: source, $3: import id, $4: field with a feature's first day or null.
insert into rimay.feature (layer, source, key, import_id, id, version, properties, source_record, geom, valid_from, recorded_at, written_by)
select $1, $2, i.key, $3, coalesce(gone.id, nextval('rimay.feature_id')), coalesce(gone.version, 0) + 1, i.properties, i.source_record, i.geom,
  coalesce(case when gone.id is null then (i.properties ->> $4::text)::date end, told.valid_from), told.recorded_at, told.written_by
from (
  select rimay.recording_time() as recorded_at, rimay.writer() as written_by,
    case when rimay.said('valid_from') is not null or exists (
      select from rimay.import p where p.layer = $1 and p.source = $2 and p.id < $3 and p.rolled_back_at is null
    ) then rimay.validity_date() end as valid_from
  -- Asked once, not for each feature.
  offset 0
) told, incoming_feature i
left join (
  select distinct on (key) key, id, version
  from rimay.feature_version
  where layer = $1 and source = $2 and removed
  order by key, seq desc
) gone on gone.key = i.key
where not exists (select from rimay.feature f where f.layer = $1 and f.source = $2 and f.key = i.key)
  and not exists (select from rimay.removed_feature r where r.layer = $1 and r.source = $2 and r.key = i.key)
order by i.row_number
