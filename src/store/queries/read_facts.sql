-- Facts of a case, and of those merged into it, as the viewer may see them: current ones, or those of a time of knowing. Others
-- than its own institution are told no more of a fact than what it says: what changes when a place is moved is not there.
-- $1: case, $2: time or null for now, $3: kind or null for all, $4: at most so many.
select jsonb_strip_nulls(case when seen.is_own then fact || coalesce(site, '{}')
  else fact - '{version,recorded_from,recorded_by,units_as_of}'::text[] end) as "fact!"
from (
  select f.id, f.valid_from, f.ordinal, rimay.audience(c.institution, c.sharing, c.shared_with) = 'own' as is_own,
    to_jsonb(f) - '{number,ordinal,case_id,list,geom,recorded_by,closed_by,recorded_to}'::text[] || jsonb_build_object(
      'case', f.case_id, 'recorded_by', a.name, 'longitude', st_x(f.geom), 'latitude', st_y(f.geom)) as fact,
    (select to_jsonb(s) - '{fact,case_id,geom}'::text[] || jsonb_build_object('longitude', st_x(s.geom), 'latitude', st_y(s.geom),
      'shown', jsonb_build_object('department', f.department, 'province', f.province, 'district', f.district, 'ubigeo', f.ubigeo))
      from rimay.case_site s where s.fact = f.number) as site
  from rimay.conflict_case c
  join rimay.case_fact f on f.case_id = c.id
  left join rimay.account a on a.id = f.recorded_by
  where (c.id = $1::text::uuid or c.merged_into = $1::text::uuid)
    and case when $2::text is null then f.recorded_to is null
      else f.recorded_from <= $2::text::timestamptz and (f.recorded_to is null or f.recorded_to > $2::text::timestamptz) end
    and ($3::text is null or f.kind = $3)
) seen
order by valid_from desc nulls last, ordinal desc
limit $4
