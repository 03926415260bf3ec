-- All versions of a feature, oldest first, the one of now and removals among them. $1: layer id, $2: id.
select version as "version!", removed as "removed!", valid_from::text, (extract(epoch from recorded_at) * 1000000)::bigint as "recorded_at_us!",
  import_id, source as "source!", properties::text, st_asbinary(geom, 'NDR') as wkb
from (
  select version, removed, valid_from, recorded_at, import_id, source, properties, geom
  from rimay.feature_version
  where layer = $1 and id = $2
  union all
  select version, false, valid_from, recorded_at, import_id, source, properties, geom
  from rimay.feature
  where layer = $1 and id = $2
) versions
order by recorded_at, version
