-- Removes the features that an import brought and nobody wrote since, as if they had never been. $1: layer id, $2: import id.
delete from rimay.feature f
where f.layer = $1 and f.import_id = $2 and f.edited_at is null
  and coalesce((
    select v.removed
    from rimay.feature_version v
    where v.layer = $1 and v.id = f.id and v.import_id is distinct from $2
    order by v.version desc
    limit 1
  ), true)
