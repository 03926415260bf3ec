-- In which units a place lies, as the layers have them now, and of which revision these are. Where no district is known, the
-- province or department tells. Where the layers have the units beside a UBIGEO and not itself, those are told. $1: longitude, $2: latitude, or both null; $3: UBIGEO or null; $4: code
-- of the department somebody wrote, or null; $5: how many metres beside its outline a place may be, for outlines are not exact.
with place as (select st_setsrid(st_makepoint($1, $2), 4326) as geom),
district as (
  select properties from rimay.feature, place
  where layer = 'districts' and (st_intersects(feature.geom, place.geom) or $1::float8 is null and properties ->> 'code' = $3)
  order by id limit 1
), province as (
  select properties from rimay.feature, place
  where layer = 'provinces' and (st_intersects(feature.geom, place.geom) or $1::float8 is null and properties ->> 'code' = left($3, 4))
  order by id limit 1
), department as (
  select properties from rimay.feature, place
  where layer = 'departments' and (st_intersects(feature.geom, place.geom) or $1::float8 is null and properties ->> 'code' = left($3, 2))
  order by id limit 1
), watershed as (
  select properties from rimay.feature, place
  where layer = 'watersheds' and st_intersects(feature.geom, place.geom)
  -- Of units within one another, the smallest.
  order by length(properties ->> 'code') desc, id limit 1
), sibling as (
  select properties ->> 'code' as code, properties ->> 'name' as name from rimay.feature
  where layer = case length($3) when 6 then 'districts' when 4 then 'provinces' end
    and left(properties ->> 'code', length($3) - 2) = left($3, length($3) - 2)
)
select coalesce((select properties ->> 'department' from district), (select properties ->> 'department' from province),
    (select properties ->> 'name' from department)) as department,
  coalesce((select properties ->> 'province' from district), (select properties ->> 'name' from province)) as province,
  (select properties ->> 'name' from district) as district,
  coalesce((select properties ->> 'code' from district), (select properties ->> 'code' from province),
    (select properties ->> 'code' from department)) as ubigeo,
  (select properties ->> 'code' from watershed) as watershed,
  (select string_agg(code || ' ' || coalesce(name, ''), ', ' order by code) from sibling
    having not bool_or(code = $3)) as units_beside,
  (select not st_dwithin(feature.geom::geography, place.geom::geography, $5) from rimay.feature, place
    where layer = 'departments' and properties ->> 'code' = $4 order by id limit 1) as is_beside_department,
  (select coalesce(jsonb_object_agg(layer, revision), '{}') from (
    select layer, sum(changes) as revision from rimay.layer_change
    where layer in ('districts', 'provinces', 'departments', 'watersheds') group by layer) revisions) as "units_as_of!"
