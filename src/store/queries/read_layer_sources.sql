-- The newest import of each source of a layer that was not taken back, by source; where all were, the newest of them, for
-- what the source had is still there to be seen as it was. Times in µs since 1970. $1: layer id. $2, $3: only what was said of
-- days up to this one, known at this time (µs since 1970); null for now.
select distinct on (source)
  source, source_title, licence, attribution, demonstration, synthetic, file_name, file_sha256, datum_operation,
  valid_on::text, (extract(epoch from received_at) * 1000000)::bigint as "received_at_us!"
from rimay.import
where layer = $1
  and ($2::text is null or valid_on is null or valid_on <= $2::text::date)
  and ($3::bigint is null or (extract(epoch from received_at) * 1000000)::bigint <= $3)
order by source,
  (rolled_back_at is null or (extract(epoch from rolled_back_at) * 1000000)::bigint > coalesce($3, 9223372036854775807)) desc,
  id desc
