-- Removes a feature if it is still as the writer saw it, and keeps in mind that an imported one is not to come back.
-- $1: layer id, $2: id, $3: versions or null for any.
with removed as (
  delete from rimay.feature where layer = $1 and id = $2 and ($3::bigint[] is null or version = any ($3)) and source <> 'register'
  returning layer, source, key
), remembered as (
  insert into rimay.removed_feature (layer, source, key)
  select layer, source, key from removed where source <> 'direct'
  on conflict (layer, source, key) do update set removed_at = excluded.removed_at
)
select count(*) as "count!" from removed
