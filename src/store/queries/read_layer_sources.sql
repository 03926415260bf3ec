-- The newest import of each source of a layer, by source. Times in µs since 1970. $1: layer id.
select distinct on (source)
  source, source_title, licence, attribution, demonstration, synthetic, file_name, file_sha256,
  (extract(epoch from received_at) * 1000000)::bigint as "received_at_us!"
from rimay.import
where layer = $1
order by source, id desc
