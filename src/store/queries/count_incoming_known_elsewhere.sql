-- How many rows bear the key of a feature that another source of the layer has, by source. $1: layer id, $2: source.
select f.source as "source!", count(*) as "count!"
from incoming_feature i
join rimay.feature f on f.key = i.key
where f.layer = $1 and f.source <> $2
group by f.source
order by f.source
