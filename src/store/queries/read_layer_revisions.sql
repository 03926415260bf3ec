-- The revision of each layer that was ever changed: the sum of its visible changes, in how many rows they stand, and when the last was made (µs since 1970).
select layer, sum(changes)::bigint as "revision!", count(*) as "rows!", (extract(epoch from max(changed_at)) * 1000000)::bigint as "changed_at_us!"
from rimay.layer_change
group by layer
