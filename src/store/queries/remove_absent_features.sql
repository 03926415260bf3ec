-- Features of the source that the new file no longer has, but for those that a person wrote. $1: layer id, $2: source.
delete from rimay.feature f
where f.layer = $1 and f.source = $2 and f.edited_at is null
  and not exists (select from incoming_feature i where i.key = f.key)
