-- The current facts of a kind of some cases, as far as the viewer may see them. $1: cases, $2: kind.
select coalesce(c.merged_into, c.id)::text as "case_id!", f.id::text as "id!", f.code, f.valid_from::text as valid_from, f.source
from rimay.case_fact f join rimay.conflict_case c on c.id = f.case_id
where coalesce(c.merged_into, c.id) = any ($1::text[]::uuid[]) and f.kind = $2 and f.recorded_to is null
order by f.valid_from desc nulls last, f.ordinal desc
