-- Features of the source that the new file no longer has, but for those that a person wrote, unless the file's word counts, and
-- for those whose rows cannot be taken: they stay as they were. $1: layer id, $2: source, $3: whether the file's word counts,
-- $4: keys of rows that cannot be taken.
delete from rimay.feature f
where f.layer = $1 and f.source = $2 and ($3 or f.edited_at is null)
  and not exists (select from incoming_feature i where i.key = f.key)
  and not exists (select from unnest($4::text[]) refused (key) where refused.key = f.key)
