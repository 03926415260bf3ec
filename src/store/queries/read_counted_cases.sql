-- Cases as they were on a day, for counting, as far as the viewer may see them and by facts of certain classes of sources. What was
-- known at another time is told of the viewer's own cases only.
-- $1: day, $2: time of knowing or null for now, $3: classes, $4: institution whose words are wanted.
with fact as (
  select f.case_id, f.id, f.kind, f.institution, f.code, f.phase, f.valid_from, f.number, f.department, f.watershed, f.protection,
    c.institution as owner
  from rimay.conflict_case c join rimay.case_fact f on f.case_id = c.id
  where c.merged_into is null and not c.draft
    and f.kind in ('name', 'state', 'type', 'activity', 'class', 'scope', 'test', 'place')
    and f.source_class = any ($3)
    and case when $2::text is null then f.recorded_to is null else c.institution = rimay.viewer()
      and f.recorded_from <= $2::text::timestamptz and (f.recorded_to is null or f.recorded_to > $2::text::timestamptz) end
    and (f.valid_from is null or f.valid_from <= $1::text::date) and (f.valid_to is null or f.valid_to >= $1::text::date)
), state as (
  select distinct on (case_id) case_id, id, code, phase, valid_from, min(valid_from) over (partition by case_id) as first_day
  from fact where kind = 'state' order by case_id, valid_from desc nulls last, number desc
), place as (
  select distinct on (f.case_id) f.case_id, coalesce(s.department, f.department) as department, coalesce(s.watershed, f.watershed) as watershed,
    f.protection <> 'public' as is_protected
  from fact f left join rimay.case_site s on s.fact = f.number
  where f.kind = 'place' order by f.case_id, f.number
)
select c.id::text as "id!", c.code as "code!", c.institution as "institution!", (c.institution = rimay.viewer()) is true as "is_own!",
  coalesce(place.is_protected, false) as "is_protected!",
  jsonb_build_object('code', c.code, 'institution', c.institution,
    'name', (select name from rimay.case_summary s where s.case_id = c.id and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)),
    'state', state.code, 'phase', state.phase, 'state_since', state.valid_from, 'started_on', state.first_day, 'month', to_char(state.first_day, 'YYYY-MM'),
    'department', place.department, 'watershed', place.watershed,
    'scope', max(fact.code) filter (where kind = 'scope'), 'class', max(fact.code) filter (where kind = 'class' and fact.institution = 'onds'),
    'type', max(rimay.code_in(fact.institution, 'type', fact.code, 'defensoria')) filter (where kind = 'type'),
    'own_type', max(rimay.code_in(fact.institution, 'type', fact.code, $4)) filter (where kind = 'type'),
    'activity', max(rimay.code_in(fact.institution, 'activity', fact.code, 'defensoria')) filter (where kind = 'activity'),
    'threatens_governability', coalesce(bool_or(fact.code = 'threatens_governability') filter (where kind = 'test'), false),
    'needs_the_state', coalesce(bool_or(fact.code = 'needs_the_state') filter (where kind = 'test'), false),
    'may_turn_violent', coalesce(bool_or(fact.code = 'may_turn_violent') filter (where kind = 'test'), false),
    'environmental', coalesce(bool_or(fact.code = 'environmental') filter (where kind = 'test'), false),
    'about_water', coalesce(bool_or(fact.code = 'about_water') filter (where kind = 'test'), false),
    'has_commitments', coalesce(bool_or(fact.code = 'has_commitments') filter (where kind = 'test'), false)) as "properties!"
from rimay.conflict_case c
join fact on fact.case_id = c.id
join state on state.case_id = c.id
left join place on place.case_id = c.id
group by c.id, c.code, c.institution, c.sharing, c.shared_with, state.code, state.phase, state.valid_from, state.first_day, place.department, place.watershed, place.is_protected
order by c.code, c.id
