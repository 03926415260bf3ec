-- What a person did to features of the source and the file would undo: rows the file has otherwise, features it no
-- longer has (no row), rows whose feature was removed, and demonstration features a person wrote (no row), which do not
-- give way. $1: layer id, $2: source, $3: whether demonstration data gives way.
select i.row_number, coalesce(i.name, f.properties ->> 'name', f.key) as "feature!", (extract(epoch from f.edited_at) * 1000000)::bigint as "at_us!", false as "removed!"
from rimay.feature f
left join incoming_feature i on i.key = f.key
where f.layer = $1 and f.source = $2 and f.edited_at is not null
  and (i.key is null or f.properties is distinct from i.properties or st_asbinary(f.geom) is distinct from st_asbinary(i.geom))
union all
select i.row_number, coalesce(i.name, i.key), (extract(epoch from r.removed_at) * 1000000)::bigint, true
from rimay.removed_feature r
join incoming_feature i on i.key = r.key
where r.layer = $1 and r.source = $2
union all
select null, coalesce(f.properties ->> 'name', f.key), (extract(epoch from f.edited_at) * 1000000)::bigint, false
from rimay.feature f
join rimay.import d on d.id = f.import_id
where $3 and f.layer = $1 and f.source <> $2 and d.demonstration and f.edited_at is not null
order by 1 nulls last, 2
