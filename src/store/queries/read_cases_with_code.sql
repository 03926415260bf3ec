-- Cases that have a code, and the records that go on in their place, in an order. $1: list, $2: institution, $3: code.
select distinct told::text as "case!"
from rimay.case_fact f join rimay.conflict_case c on c.id = f.case_id cross join lateral unnest(array[c.id, c.merged_into]) told
where f.kind = $1 and f.institution = $2 and f.code = $3 and f.recorded_to is null and told is not null
order by 1
