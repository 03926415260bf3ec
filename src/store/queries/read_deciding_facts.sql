-- The current facts of a kind of some cases, as far as the viewer may see them. $1: cases, $2: kind.
select case_id::text as "case_id!", id::text as "id!", code, valid_from::text as valid_from, source
from rimay.case_fact
where case_id = any ($1::text[]::uuid[]) and kind = $2 and recorded_to is null
order by valid_from desc nulls last, number desc
