-- A case as its feature in the layer of conflicts shall be; no row where there shall be none. $1: case.
select jsonb_strip_nulls(jsonb_build_object('code', c.code, 'name', case when c.synthetic then '[sintético] ' else '' end || s.name, 'state', s.state, 'phase', s.phase, 'type', s.type, 'activity', s.activity,
    'scope', s.scope, 'institution', c.institution, 'case_id', c.id, 'started_on', s.started_on, 'ended_on', s.ended_on,
    'description', s.description, 'company', s.company, 'ubigeo', s.ubigeo, 'department', s.department, 'province', s.province,
    'district', s.district, 'location_precision', s.precision, 'source', i.title_es)) as "properties!",
  c.synthetic, s.started_on::text as started_on, st_asbinary(s.geom) as wkb
from rimay.conflict_case c
join rimay.case_summary s on s.case_id = c.id and s.audience = 'public'
join rimay.institution i on i.id = c.institution
where c.id = $1::text::uuid and c.sharing = 'public' and not c.draft and c.merged_into is null and s.name is not null
