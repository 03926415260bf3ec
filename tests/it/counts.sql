-- What counts of cases must come to, as PostgreSQL works it out for whoever asks: on a day, with the words of an institution, how many
-- cases a condition counts, by a value. The test puts in what stands in braces.
with word as (
  select institution, list, code, to_institution as wanted, to_code as word from rimay.code_match
  union all select institution, list, code, institution, code from rimay.code
), fact as (
  -- What is known of a record merged into another is known of that one.
  select coalesce(c.merged_into, c.id) as case_id, c.merged_into is null as is_own_fact, f.kind, f.institution, f.list, f.code, f.phase,
    f.valid_from, f.ordinal, (f.geom is null, f.ubigeo is null, f.department is null) as vagueness, f.name, f.department, f.watershed, f.protection
  from rimay.case_fact f
  join rimay.conflict_case c on c.id = f.case_id
  where f.kind in ('name', 'state', 'type', 'activity', 'class', 'scope', 'test', 'place')
    and f.source_class = any ('{classes}'::text[])
    and f.recorded_to is null
    and (f.valid_from is null or f.valid_from <= '{day}'::date) and (f.valid_to is null or f.valid_to >= '{day}'::date)
), state as (
  select distinct on (case_id) case_id, code, phase, valid_from, min(valid_from) over (partition by case_id) as first_day
  from fact where kind = 'state' order by case_id, is_own_fact desc, valid_from desc nulls last, ordinal desc
), place as (
  -- As others see it: where protected places really are is told by the page of the case only.
  select distinct on (case_id) case_id, department, watershed, protection <> 'public' as is_protected
  from fact where kind = 'place' and protection <> 'withheld'
  order by case_id, is_own_fact desc, vagueness, ordinal
), said as (
  select f.case_id, (array_agg(f.name order by f.is_own_fact desc, f.ordinal) filter (where f.kind = 'name'))[1] as name,
    (array_agg(f.code order by f.is_own_fact desc, f.ordinal) filter (where f.kind = 'scope'))[1] as scope,
    (array_agg(f.code order by f.is_own_fact desc, f.valid_from desc nulls last, f.ordinal desc) filter (where f.kind = 'class' and f.institution = 'onds'))[1] as class,
    (array_agg(w.word order by f.is_own_fact desc, f.institution <> 'defensoria', f.ordinal) filter (where f.kind = 'type' and w.word is not null))[1] as type,
    (array_agg(o.word order by f.is_own_fact desc, f.institution <> '{words}', f.ordinal) filter (where f.kind = 'type' and o.word is not null))[1] as own_type,
    (array_agg(w.word order by f.is_own_fact desc, f.institution <> 'defensoria', f.ordinal) filter (where f.kind = 'activity' and w.word is not null))[1] as activity,
    string_agg(distinct w.word, ' ') filter (where f.kind = 'type') as types,
    string_agg(distinct w.word, ' ') filter (where f.kind = 'activity') as activities, array_agg(f.code) filter (where f.kind = 'test') as tests
  from fact f
  left join word w on (w.institution, w.list, w.code, w.wanted) = (f.institution, f.list, f.code, 'defensoria')
  left join word o on (o.institution, o.list, o.code, o.wanted) = (f.institution, f.list, f.code, '{words}')
  where f.kind in ('name', 'scope', 'class', 'type', 'activity', 'test')
  group by f.case_id
)
select coalesce({by}, '-') || '=' || count(*)
from rimay.conflict_case c
join state on state.case_id = c.id
left join said on said.case_id = c.id
left join place on place.case_id = c.id
where c.merged_into is null and not c.draft and ({condition})
group by {by} order by 1
