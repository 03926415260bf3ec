-- Facts of a kind that have some words, in all cases that the viewer may see, the latest first; any of them where there are more than
-- asked for. $1: kind, $2: code or null, $3: first day or null, $4: last day or null, $5: words, $6: department or null, $7: limit.
with said as materialized (
  select w.case_id
  from rimay.case_words w
  where w.kind = $1 and strpos(w.words, rimay.folded($5)) > 0
), seen as materialized (
  select c.id
  from rimay.conflict_case c
  left join rimay.case_summary s on (s.case_id, s.audience) = (c.id, rimay.audience(c.institution, c.sharing, c.shared_with))
  where not c.draft and ($6::text is null or s.department = $6) and c.id in (select case_id from said)
), found as (
  select f.number, f.valid_from, f.id
  from seen
  -- (Case by case: joined, the words of all facts would be looked through.)
  cross join lateral (
    select * from rimay.case_fact own where own.case_id = seen.id and own.kind = $1 and own.recorded_to is null offset 0
  ) f
  where ($2::text is null or f.code = $2)
    and ($3::text is null or f.valid_from >= $3::text::date) and ($4::text is null or f.valid_from <= $4::text::date)
    and strpos(rimay.folded(concat_ws(' ', f.text, f.name, f.organisation)), rimay.folded($5)) > 0
  limit $7
)
select number as "number!" from found order by valid_from desc nulls last, id
