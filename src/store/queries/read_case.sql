-- A case as the viewer may see it: one row, or none where it is hidden. $1: case.
select c.id::text as "id!", c.code, c.institution, c.sharing, c.shared_with, c.draft, (select t.id::text from rimay.conflict_case t where t.id = c.merged_into) as merged_into, c.synthetic, c.version,
  rimay.audience(c.institution, c.sharing, c.shared_with) as "audience!",
  (select to_jsonb(s) - '{case_id,audience,geom,words}'::text[] || jsonb_build_object('longitude', st_x(s.geom), 'latitude', st_y(s.geom))
    from rimay.case_summary s where s.case_id = c.id and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)) as summary,
  (extract(epoch from c.created_at) * 1000000)::bigint as "created_at_us!", (extract(epoch from c.changed_at) * 1000000)::bigint as "changed_at_us!"
from rimay.conflict_case c
where c.id = $1::text::uuid
