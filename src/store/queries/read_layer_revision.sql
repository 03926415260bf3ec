-- The revision of a layer: the sum of its visible changes, and when the last was made (µs since 1970).
-- $1: layer id.
select sum(changes)::bigint as "revision!", (extract(epoch from max(changed_at)) * 1000000)::bigint as "changed_at_us!"
from rimay.layer_change
where layer = $1
having count(*) > 0
