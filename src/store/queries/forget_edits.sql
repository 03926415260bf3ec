-- The file's word counts again: edits of the source's features are no longer kept. $1: layer id, $2: source.
with removed as (delete from rimay.removed_feature where layer = $1 and source = $2)
update rimay.feature set edited_at = null where layer = $1 and source = $2 and edited_at is not null
