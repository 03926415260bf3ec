-- Imports, the newest first. Times in µs since 1970. Reports are long: without $3 only what the merge did is read of them.
-- $1: layer id or null for all, $2: source or null for all, $3: whole reports.
select id, layer, source, file_name, file_sha256, licence, attribution, crs_found, datum_operation, demonstration, received_by,
  case when $3 then report else jsonb_build_object('merge', report -> 'merge') end as "report!",
  valid_on::text, (extract(epoch from received_at) * 1000000)::bigint as "received_at_us!",
  (extract(epoch from rolled_back_at) * 1000000)::bigint as rolled_back_at_us
from rimay.import
where layer = coalesce($1::text, layer) and source = coalesce($2::text, source)
order by id desc
