-- What happened in cases that the viewer may see, by case and day. $1: cases, or null for all; $2: kinds of events that are protests.
select t.id::text as "case_id!", f.valid_from::text as "day!", count(*) as "events!",
  count(*) filter (where coalesce(m.to_code, f.code) = any ($2)) as "protests!"
from rimay.conflict_case c
join rimay.conflict_case t on t.id = coalesce(c.merged_into, c.id) and t.merged_into is null and not t.draft
join rimay.case_fact f on f.case_id = c.id
left join rimay.code_match m
  on (m.institution, m.list, m.code, m.to_institution) = (f.institution, f.list, f.code, 'defensoria')
where ($1::text[] is null or t.id = any ($1::text[]::uuid[]))
  and f.kind = 'event' and f.valid_from is not null and f.recorded_to is null
group by 1, 2
order by 1, 2
