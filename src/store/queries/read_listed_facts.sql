-- Facts with the case of each, in the order of their numbers given. $1: numbers.
select jsonb_strip_nulls(to_jsonb(f)
    - '{number,ordinal,case_id,list,geom,recorded_by,closed_by,recorded_to,recorded_from,version,units_as_of}'::text[]
    || jsonb_build_object('case', c.id, 'case_code', c.code, 'case_name', (select s.name from rimay.case_summary s
      where (s.case_id, s.audience) = (c.id, rimay.audience(c.institution, c.sharing, c.shared_with))))) as "fact!"
from unnest($1::bigint[]) with ordinality as listed (number, nth)
-- (Number by number: joined, all facts would be read.)
cross join lateral (select * from rimay.case_fact own where own.number = listed.number offset 0) f
join rimay.conflict_case c on c.id = f.case_id
order by listed.nth
