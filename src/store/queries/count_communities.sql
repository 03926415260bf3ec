-- How many communities there are in a district and in a province, by what is public of both; and in all those of the same province and
-- department that have fewer than five: what stands for one of these must not tell which. $1: department, $2: province, $3: district,
-- in whatever letters they are written.
with district as (
  select rimay.folded(d.properties ->> 'province') as province, rimay.folded(d.properties ->> 'name') as name, count(c.id) as communities
  from rimay.feature d left join rimay.feature c on c.layer = 'indigenous_territories' and st_intersects(d.geom, c.geom)
  where d.layer = 'districts' and rimay.folded(d.properties ->> 'department') = rimay.folded($1::text)
  group by d.id, 1, 2
), province as (
  select rimay.folded(d.properties ->> 'province') as name, count(distinct c.id) as communities
  from rimay.feature d left join rimay.feature c on c.layer = 'indigenous_territories' and st_intersects(d.geom, c.geom)
  where d.layer = 'districts' and rimay.folded(d.properties ->> 'department') = rimay.folded($1::text)
  group by 1
)
select coalesce((select sum(communities) from district where (province, name) = (rimay.folded($2::text), rimay.folded($3::text))), 0)::bigint as "in_district!",
  coalesce((select sum(communities) from district where province = rimay.folded($2::text) and communities < 5), 0)::bigint as "in_small_districts!",
  exists (select from district where province = rimay.folded($2::text) and communities < 5) as "has_small_districts!",
  coalesce((select sum(communities) from province where name = rimay.folded($2::text)), 0)::bigint as "in_province!",
  coalesce((select sum(communities) from province where communities < 5), 0)::bigint as "in_small_provinces!",
  exists (select from province where communities < 5) as "has_small_provinces!"
