-- How many communities there are in a district and in a province, by what is public of both.
-- $1: department, $2: province, $3: district.
select (
  select count(*) from rimay.feature d join rimay.feature c on st_intersects(d.geom, c.geom)
  where d.layer = 'districts' and c.layer = 'indigenous_territories'
    and (d.properties ->> 'department', d.properties ->> 'province', d.properties ->> 'name') = ($1::text, $2::text, $3::text)
) as "in_district!", (
  select count(distinct c.id) from rimay.feature d join rimay.feature c on st_intersects(d.geom, c.geom)
  where d.layer = 'districts' and c.layer = 'indigenous_territories'
    and (d.properties ->> 'department', d.properties ->> 'province') = ($1::text, $2::text)
) as "in_province!"
