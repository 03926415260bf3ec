-- Facts of a kind in all cases that the viewer may see, the latest first. $1: kind, $2: code or null, $3: first day or null, $4: last day
-- or null, $5: words or null, $6: department or null, $7: offset, $8: limit.
with seen as materialized (
  select c.id
  from rimay.conflict_case c
  left join rimay.case_summary s on (s.case_id, s.audience) = (c.id, rimay.audience(c.institution, c.sharing, c.shared_with))
  where not c.draft and ($6::text is null or s.department = $6)
)
select f.number as "number!"
from rimay.case_fact f
where f.kind = $1 and f.recorded_to is null
  -- (Looked up for each fact, in their order: joined, all would be read and sorted.)
  and (f.case_id in (select id from seen)) is true
  and ($2::text is null or f.code = $2)
  and ($3::text is null or f.valid_from >= $3::text::date) and ($4::text is null or f.valid_from <= $4::text::date)
  and ($5::text is null or strpos(rimay.folded(concat_ws(' ', f.text, f.name, f.organisation)), rimay.folded($5)) > 0)
order by f.valid_from desc nulls last, f.id
offset $7 limit $8
