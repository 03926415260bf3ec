-- The newest import of each source of a layer that was not taken back, by source; where all were, the newest of them, for
-- what the source had is still there to be seen as it was. Times in µs since 1970. $1: layer id.
select distinct on (source)
  source, source_title, licence, attribution, demonstration, synthetic, file_name, file_sha256, datum_operation,
  (extract(epoch from received_at) * 1000000)::bigint as "received_at_us!"
from rimay.import
where layer = $1
order by source, rolled_back_at is null desc, id desc
