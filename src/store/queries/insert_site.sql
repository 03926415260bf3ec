-- Where a place really is. $1: number of the fact's version, $2: its columns as JSON.
insert into rimay.case_site (fact, case_id, subject, geom, precision, name, text, ubigeo, department, province, district, watershed)
select $1, s.case_id, s.subject, st_setsrid(st_makepoint(($2::jsonb ->> 'longitude')::float8, ($2::jsonb ->> 'latitude')::float8), 4326),
  s.precision, s.name, s.text, s.ubigeo, s.department, s.province, s.district, s.watershed
from jsonb_populate_record(null::rimay.case_site, $2::jsonb - '{longitude,latitude}'::text[]) s
