-- Cases as the viewer may see them, those that changed last first. $1: words or null, $2: state, $3: phase, $4: type, $5: activity,
-- $6: department, $7: institution, $8: whether merged ones, too; $9: offset, $10: limit.
with seen as (
  select c.id, c.code, c.institution, c.sharing, c.draft, c.merged_into, c.synthetic, c.changed_at, s.*
  from rimay.conflict_case c
  join rimay.case_summary s on s.case_id = c.id and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)
  where ($1::text is null or s.words like '%' || rimay.folded($1) || '%')
    and ($2::text is null or s.state = $2) and ($3::text is null or s.phase = $3) and ($4::text is null or s.type = $4)
    and ($5::text is null or s.activity = $5) and ($6::text is null or s.department = $6)
    and ($7::text is null or c.institution = $7) and ($8 or c.merged_into is null)
)
select count(*) over () as "matched!", jsonb_build_object('id', id, 'code', code, 'institution', institution, 'sharing', sharing,
    'draft', draft, 'merged_into', merged_into, 'synthetic', synthetic, 'audience', audience, 'name', name, 'scope', scope, 'state', state, 'phase', phase, 'state_since', state_since,
    'type', type, 'activity', activity, 'department', department, 'province', province, 'district', district, 'places', places,
    'events', events, 'last_event_on', last_event_on, 'longitude', st_x(geom), 'latitude', st_y(geom)) as "summary!"
from seen
order by (case when audience = 'own' then changed_at end) desc nulls last, id
offset $9 limit $10
