-- Features whose version of now did not count at another moment. $1: layer id, $2: day in the world or null for today,
-- $3: time of knowing, µs since 1970, or null for now.
select id
from rimay.feature
where layer = $1
  and (recorded_at > timestamptz 'epoch' + $3::bigint * interval '1 microsecond' or valid_from > $2::text::date)
