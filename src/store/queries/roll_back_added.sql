-- Removes the features that an import brought and nobody wrote since, as if they had never been; what a person had removed before
-- counts as removed again. $1: layer id, $2: import id.
with own as (
  select f.id, f.source, f.key, min(v.version) as first
  from rimay.feature f
  join (
    select id, version from rimay.feature_version where layer = $1 and import_id = $2
    union all
    select id, version from rimay.feature where layer = $1 and import_id = $2
  ) v on v.id = f.id
  where f.layer = $1 and f.import_id = $2 and f.edited_at is null
  group by f.id, f.source, f.key
), brought as (
  select own.*, before.id is not null and before.import_id is null and before.written_by <> 'rollback' as removed_by_hand
  from own
  left join lateral (
    select v.* from rimay.feature_version v where v.layer = $1 and v.id = own.id and v.version < own.first order by v.version desc limit 1
  ) before on true
  where before.id is null or before.removed
), marked as (
  insert into rimay.removed_feature (layer, source, key) select $1, source, key from brought where removed_by_hand
  on conflict do nothing
)
delete from rimay.feature f using brought where f.layer = $1 and f.id = brought.id
