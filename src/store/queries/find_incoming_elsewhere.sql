-- Rows that lie in another department than they say, where both are departments we have: the first 1000 by row, how many there
-- are, and by which layer. Districts tell it better than outlines of departments, which may be coarse. What touches the
-- department it says is right. $1: the field with the department.
with told as (
  select case when exists (select from rimay.feature where layer = 'districts' and geom is not null) then 'districts' else 'departments' end as by
), outline as (
  select properties ->> case layer when 'districts' then 'department' else 'name' end as department, geom
  from rimay.feature
  where layer = (select by from told) and geom is not null
), known as (
  select distinct on (name) name, title
  from (select rimay.folded(department) as name, department as title from outline) titles
  order by name, title
), elsewhere as (
  select i.row_number, coalesce(i.name, i.key) as feature, i.geom, rimay.folded(i.properties ->> $1) as said, o.department as found
  from outline o
  join incoming_feature i on st_intersects(o.geom, st_pointonsurface(i.geom))
  where rimay.folded(o.department) <> rimay.folded(i.properties ->> $1)
)
select row_number as "row_number!", feature as "feature!", title as "stated!", found as "found!", by as "by!", count(*) over () as "total!"
from elsewhere
join known on known.name = said, told
where not exists (select from outline o where rimay.folded(o.department) = said and st_intersects(o.geom, elsewhere.geom))
order by row_number
limit 1000
