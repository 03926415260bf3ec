-- How many facts of a kind there are in all cases that the viewer may see, as far as they are counted. $1: kind, $2: code or null,
-- $3: first day or null, $4: last day or null, $5: department or null, $6: count no further.
with seen as materialized (
  select c.id
  from rimay.conflict_case c
  left join rimay.case_summary s on (s.case_id, s.audience) = (c.id, rimay.audience(c.institution, c.sharing, c.shared_with))
  where not c.draft and ($5::text is null or s.department = $5)
)
select count(*) as "matched!" from (
  select from rimay.case_fact f
  where f.kind = $1 and f.recorded_to is null
    and f.case_id in (select id from seen)
    and ($2::text is null or f.code = $2)
    and ($3::text is null or f.valid_from >= $3::text::date) and ($4::text is null or f.valid_from <= $4::text::date)
  limit $6
) found
