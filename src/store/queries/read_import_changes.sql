-- What an import did to features, whatever became of them since: each with what it was before. Areas in m² (geodesic); what two
-- areas do not share is the area that moved. $1: layer id, $2: import id, $3: name field, $4: field with the department or null.
with versions as (
  select id, version, key, import_id, removed, properties, geom from rimay.feature_version where layer = $1
  union all
  select id, version, key, import_id, false, properties, geom from rimay.feature where layer = $1
), touched as (
  select distinct on (id) * from versions where import_id = $2 order by id, version
), pairs as (
  select t.id, t.key, t.removed, t.properties, t.geom, b.id is not null as was, b.properties as properties_before, b.geom as geom_before,
    st_asbinary(t.geom) is distinct from st_asbinary(b.geom) as moved
  from touched t
  left join versions b on b.id = t.id and b.version = t.version - 1 and not b.removed
)
select id as "id!", key as "key!", coalesce(properties, properties_before) ->> $3 as name, removed as "removed!", was as "was!", moved as "moved!",
  coalesce(
    coalesce(properties, properties_before) ->> $4::text,
    (
      select d.properties ->> 'name' from rimay.feature d
      where d.layer = 'departments' and st_intersects(d.geom, st_pointonsurface(coalesce(pairs.geom, geom_before)))
      order by d.id limit 1
    )
  ) as department,
  properties::text as properties, properties_before::text as properties_before,
  st_area(geom::geography) as area, st_area(geom_before::geography) as area_before,
  case when was and not removed and moved then st_area(st_symdifference(geom, geom_before)::geography) end as area_moved,
  case when was and not removed and moved then st_distance(st_centroid(geom)::geography, st_centroid(geom_before)::geography) end as distance,
  st_asgeojson(coalesce(geom, geom_before), 7) as geometry
from pairs
order by id
