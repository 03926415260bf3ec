-- Cases as the viewer may see them, those that changed last first. $1: words or null, $2: state, $3: phase, $4: type, $5: activity,
-- $6: department, $7: institution, $8: whether merged ones, too; $9: offset, $10: limit,
-- $11: only drafts, $12: with what files tell and lists do not.
with seen as (
  select c.id, s.audience, count(*) over () as matched,
    -- Of others' cases their order does not tell when they were changed.
    case when s.audience = 'own' then c.changed_at end as changed_at
  from rimay.conflict_case c
  join rimay.case_summary s on s.case_id = c.id and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)
  where ($1::text is null or s.words like '%' || rimay.folded($1) || '%')
    and ($2::text is null or s.state = $2) and ($3::text is null or s.phase = $3) and ($4::text is null or s.type = $4)
    and ($5::text is null or s.activity = $5) and ($6::text is null or s.department = $6)
    and ($7::text is null or c.institution = $7) and ($8 or c.merged_into is null) and (not $11 or c.draft)
  order by changed_at desc nulls last, c.id
  offset $9 limit $10
)
select seen.matched as "matched!", jsonb_build_object('id', c.id, 'code', c.code, 'institution', c.institution, 'sharing', c.sharing,
    'draft', c.draft, 'version', case when s.audience = 'own' then c.version end,
    'shared_with', case when s.audience = 'own' then c.shared_with end, 'merged_into', (select t.id from rimay.conflict_case t where t.id = c.merged_into), 'synthetic', c.synthetic, 'audience', s.audience, 'name', s.name, 'scope', s.scope,
    'state', s.state, 'phase', s.phase, 'state_since', s.state_since, 'type', s.type, 'activity', s.activity,
    'department', s.department, 'province', s.province, 'district', s.district, 'places', s.places, 'events', s.events,
    'last_event_on', s.last_event_on, 'longitude', st_x(s.geom), 'latitude', st_y(s.geom))
  || case when $12 then jsonb_build_object('started_on', s.started_on, 'ended_on', s.ended_on, 'ubigeo', s.ubigeo, 'precision', s.precision,
    'company', s.company, 'description', s.description) else '{}' end as "summary!"
from seen
join rimay.conflict_case c on c.id = seen.id
join rimay.case_summary s on (s.case_id, s.audience) = (seen.id, seen.audience)
order by seen.changed_at desc nulls last, c.id
