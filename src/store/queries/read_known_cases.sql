-- Facts that schemes ask about, by case, as far as the viewer may see them. What was known at another time is told of the viewer's own
-- cases only, with the drafts and merges of that time. $1: time of knowing or null for now, $2: cases, or null for all.
with known as (
  select c.id, c.code, c.institution, (c.institution = rimay.viewer()) is true as is_own,
    rimay.is_draft_at(c, $1::text::timestamptz) as draft, rimay.merged_into_at(c, $1::text::timestamptz) as merged_into
  from rimay.conflict_case c
  where $1::text is null or c.institution = rimay.viewer()
)
select t.id::text as "case_id!", t.code as "case_code!", t.institution as "case_institution!", t.is_own as "is_own!",
  c.id = t.id as "is_own_fact!", f.id::text as "id!", f.kind as "kind!", f.institution, f.code, f.phase, f.name, f.valid_from::text as valid_from,
  f.valid_to::text as valid_to,
  -- Of places the most exact one comes first, as it does in what a case comes to.
  f.ordinal + case f.kind when 'place' then ((f.geom is null)::int * 4 + (f.ubigeo is null)::int * 2 + (f.department is null)::int) * 1000000000000000
    else 0 end as "ordinal!", f.protection, f.department, f.watershed, f.source_class as "source_class!", f.source
from known c
join known t on t.id = coalesce(c.merged_into, c.id) and t.merged_into is null and not t.draft
join rimay.case_fact f on f.case_id = c.id
where ($2::text[] is null or t.id = any ($2::text[]::uuid[]))
  and f.kind in ('name', 'state', 'type', 'activity', 'class', 'scope', 'test', 'place') and f.protection is distinct from 'withheld'
  and case when $1::text is null then f.recorded_to is null
    else f.recorded_from <= $1::text::timestamptz and (f.recorded_to is null or f.recorded_to > $1::text::timestamptz) end
