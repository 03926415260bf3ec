-- A version of a fact. $1: its columns as JSON.
insert into rimay.case_fact (ordinal, id, version, case_id, kind, institution, code, phase, text, name, organisation, role, side, valid_from,
  valid_to, participants, dead_state, dead_civilian, injured_state, injured_civilian, layer, feature, protection, precision,
  geom, ubigeo, department, province, district, watershed, units_as_of, source_class, source, source_url, source_on, recorded_by)
select coalesce((select p.ordinal from rimay.case_fact p where p.id = f.id and p.version = f.version - 1), nextval('rimay.case_fact_ordinal')),
  coalesce(f.id, gen_random_uuid()), coalesce(f.version, 1), f.case_id, f.kind, f.institution, f.code, f.phase, f.text, f.name,
  f.organisation, f.role, f.side, f.valid_from, f.valid_to, f.participants, f.dead_state, f.dead_civilian, f.injured_state,
  f.injured_civilian, f.layer, f.feature, f.protection, f.precision,
  st_setsrid(st_makepoint(($1::jsonb ->> 'longitude')::float8, ($1::jsonb ->> 'latitude')::float8), 4326), f.ubigeo, f.department,
  f.province, f.district, f.watershed, f.units_as_of, f.source_class, f.source, f.source_url, f.source_on, f.recorded_by
from jsonb_populate_record(null::rimay.case_fact, $1::jsonb - '{longitude,latitude}'::text[]) f
returning number
