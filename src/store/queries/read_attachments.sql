-- Files of a case as the viewer may see them. $1: case.
select id::text as "id!", name, media_type, length(content) as "bytes!", encode(sha256, 'hex') as "sha256!", source_class,
  (extract(epoch from recorded_from) * 1000000)::bigint as "recorded_at_us!"
from rimay.case_attachment
where case_id = $1::text::uuid and recorded_to is null
order by recorded_from, id
