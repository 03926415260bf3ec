-- Facts of a kind in all cases that the viewer may see, the latest first. $1: kind, $2: code or null, $3: first day or null, $4: last day
-- or null, $5: words or null, $6: department or null, $7: offset, $8: limit.
with found as (
  select f.number, f.id, f.valid_from, count(*) over () as matched
  from rimay.case_fact f
  join rimay.conflict_case c on c.id = f.case_id
  where f.kind = $1 and f.recorded_to is null and not c.draft
    and ($2::text is null or f.code = $2)
    and ($3::text is null or f.valid_from >= $3::text::date) and ($4::text is null or f.valid_from <= $4::text::date)
    and ($5::text is null or rimay.folded(concat_ws(' ', f.text, f.name, f.organisation)) like '%' || rimay.folded($5) || '%')
    and ($6::text is null or exists (select from rimay.case_summary s where s.case_id = f.case_id
      and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with) and s.department = $6))
  order by f.valid_from desc nulls last, f.id
  offset $7 limit $8
)
select found.matched as "matched!", jsonb_strip_nulls(to_jsonb(f)
    - '{number,ordinal,case_id,list,geom,recorded_by,closed_by,recorded_to,recorded_from,version,units_as_of}'::text[]
    || jsonb_build_object('case', f.case_id, 'case_code', c.code, 'case_name', (select name from rimay.case_summary s
      where s.case_id = c.id and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)))) as "fact!"
from found
join rimay.case_fact f on f.number = found.number
join rimay.conflict_case c on c.id = f.case_id
order by found.valid_from desc nulls last, found.id
