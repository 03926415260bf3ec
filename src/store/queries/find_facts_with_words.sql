-- Facts of a kind that have some words, in all cases that the viewer may see, the latest first; any of them where there are more than
-- asked for. $1: kind, $2: code or null, $3: first day or null, $4: last day or null, $5: words, $6: department or null, $7: limit.
with seen as materialized (
  select c.id
  from rimay.conflict_case c
  left join rimay.case_summary s on (s.case_id, s.audience) = (c.id, rimay.audience(c.institution, c.sharing, c.shared_with))
  where not c.draft and ($6::text is null or s.department = $6)
), found as (
  select f.number, f.valid_from, f.id
  from rimay.case_fact f
  where f.kind = $1 and f.recorded_to is null
    and f.case_id in (select id from seen)
    and ($2::text is null or f.code = $2)
    and ($3::text is null or f.valid_from >= $3::text::date) and ($4::text is null or f.valid_from <= $4::text::date)
    and strpos(f.words, rimay.folded($5)) > 0
  limit $7
)
select number as "number!" from found order by valid_from desc nulls last, id
