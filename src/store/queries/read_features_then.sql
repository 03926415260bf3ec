-- Features as they were at another moment, where that is not as they are now: the last version known by then that was
-- already so. Where the version of now counted already, it holds. $1: layer id, $2: day in the world or null for today,
-- $3: time of knowing, µs since 1970, or null for now.
with moment as (
  select coalesce($2::text::date, 'infinity') as as_of,
    coalesce(timestamptz 'epoch' + $3::bigint * interval '1 microsecond', 'infinity') as as_known
)
select id as "id!", version as "version!", -seq as "row!", source as "source!", properties::text as "properties!",
  st_asbinary(geom, 'NDR') as wkb
from (
  select distinct on (v.id) v.id, v.seq, v.version, v.source, v.removed, v.properties, v.geom
  from moment, rimay.feature_version v
  where v.layer = $1 and v.recorded_at <= as_known and coalesce(v.valid_from <= as_of, true)
    -- What an import wrote that was taken back by then was never so; what people wrote since stays.
    and not (v.edited_at is null and exists (
      select from rimay.import p where p.id = v.import_id and p.rolled_back_at <= as_known
    ))
    and not exists (
      select from rimay.feature f
      where f.layer = $1 and f.id = v.id and f.recorded_at <= as_known and coalesce(f.valid_from <= as_of, true)
    )
  order by v.id, v.recorded_at desc, v.version desc
) last_then
where not removed
order by id
