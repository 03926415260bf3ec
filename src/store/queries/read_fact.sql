-- The current version of a fact as the viewer may see it. $1: case, $2: fact.
select version, kind, jsonb_strip_nulls(to_jsonb(f) - '{number,ordinal,case_id,list,geom,recorded_by,closed_by,recorded_to}'::text[]
  || jsonb_build_object('longitude', st_x(f.geom), 'latitude', st_y(f.geom),
    'recorded_by', (select a.name from rimay.account a where a.id = f.recorded_by))
  || coalesce((select jsonb_strip_nulls(to_jsonb(s) - '{fact,case_id,geom}'::text[]
    || jsonb_build_object('longitude', st_x(s.geom), 'latitude', st_y(s.geom))) from rimay.case_site s where s.fact = f.number), '{}')) as "fact!"
from rimay.case_fact f
where case_id = $1::text::uuid and id = $2::text::uuid and recorded_to is null
