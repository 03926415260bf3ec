-- The revision of each layer that was ever changed: how many of its changes are visible, and when the last was made (µs since 1970).
select layer, count(*) as "revision!", (extract(epoch from max(changed_at)) * 1000000)::bigint as "changed_at_us!"
from rimay.layer_change
group by layer
