-- The register has changed, and these cases of it. $1: cases.
with next as (update rimay.case_position set position = position + 1 returning position)
update rimay.conflict_case c set position = next.position from next where c.id = any ($1::text[]::uuid[])
