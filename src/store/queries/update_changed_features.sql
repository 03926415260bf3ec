-- Features of the source that the new file has otherwise, but for those that a person wrote, unless the file's word counts. Returns
-- how many, and how many of them only in the original record. $1: layer id, $2: source, $3: import id, $4: whether the file's
-- word counts.
with differing as (
  select f.id, i.properties, i.source_record, i.geom,
    f.properties is distinct from i.properties or st_asbinary(f.geom) is distinct from st_asbinary(i.geom) as shows
  from rimay.feature f
  join incoming_feature i on i.key = f.key
  where f.layer = $1 and f.source = $2
    and (f.properties is distinct from i.properties or f.source_record is distinct from i.source_record
      or st_asbinary(f.geom) is distinct from st_asbinary(i.geom) or f.edited_at is not null)
    and ($4 or f.edited_at is null)
), changed as (
  update rimay.feature f
  set properties = d.properties, source_record = d.source_record, geom = d.geom, import_id = $3, edited_at = null
  from differing d
  where f.layer = $1 and f.id = d.id
  returning d.shows
)
select count(*) as "changed!", count(*) filter (where not shows) as "only_record!" from changed
