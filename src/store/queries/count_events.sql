-- Events between two days in cases that the viewer may see, by kind. $1: first day, $2: last day, $3: time of knowing or null for now,
-- $4: classes of sources, $5: cases.
select coalesce(rimay.code_in(f.institution, 'event', f.code, 'defensoria'), f.code) as "code!", count(*) as "count!",
  coalesce(sum(f.dead_state), 0) as "dead_state!", coalesce(sum(f.dead_civilian), 0) as "dead_civilian!",
  coalesce(sum(f.injured_state), 0) as "injured_state!", coalesce(sum(f.injured_civilian), 0) as "injured_civilian!"
from rimay.case_fact f
where f.kind = 'event' and f.valid_from between $1::text::date and $2::text::date and f.source_class = any ($4)
  and exists (select from rimay.conflict_case c where c.id = f.case_id and coalesce(rimay.merged_into_at(c, $3::text::timestamptz), c.id) = any ($5::text[]::uuid[]))
  and case when $3::text is null then f.recorded_to is null
    else f.recorded_from <= $3::text::timestamptz and (f.recorded_to is null or f.recorded_to > $3::text::timestamptz) end
group by 1 order by 1
