-- What became of a case, its facts and its files, the newest first, for its own institution. $1: case, $2: at most so many.
select at_us as "at_us!", account, change as "change!", detail as "detail!" from (
  select (extract(epoch from h.at) * 1000000)::bigint as at_us, a.name as account, h.change, h.detail
  from rimay.case_change h left join rimay.account a on a.id = h.account
  where h.case_id = $1::text::uuid
  union all
  select (extract(epoch from f.recorded_from) * 1000000)::bigint, a.name, case when f.version = 1 then 'fact.added' else 'fact.changed' end,
    jsonb_strip_nulls(to_jsonb(f) - '{number,ordinal,case_id,list,geom,recorded_by,closed_by}'::text[]
      || jsonb_build_object('longitude', st_x(f.geom), 'latitude', st_y(f.geom))
      || coalesce((select jsonb_strip_nulls(to_jsonb(s) - '{fact,case_id,geom}'::text[]
        || jsonb_build_object('longitude', st_x(s.geom), 'latitude', st_y(s.geom))) from rimay.case_site s where s.fact = f.number), '{}'))
  from rimay.case_fact f left join rimay.account a on a.id = f.recorded_by
  where f.case_id = $1::text::uuid
  union all
  select (extract(epoch from f.recorded_to) * 1000000)::bigint, a.name, 'fact.removed', jsonb_build_object('id', f.id, 'version', f.version, 'kind', f.kind)
  from rimay.case_fact f left join rimay.account a on a.id = f.closed_by
  where f.case_id = $1::text::uuid and f.recorded_to is not null
    and not exists (select from rimay.case_fact n where n.id = f.id and n.version = f.version + 1)
  union all
  select (extract(epoch from p.recorded_from) * 1000000)::bigint, a.name, 'file.added', jsonb_build_object('name', p.name)
  from rimay.case_attachment p left join rimay.account a on a.id = p.recorded_by
  where p.case_id = $1::text::uuid
  union all
  select (extract(epoch from p.recorded_to) * 1000000)::bigint, a.name, 'file.removed', jsonb_build_object('name', p.name)
  from rimay.case_attachment p left join rimay.account a on a.id = p.closed_by
  where p.case_id = $1::text::uuid and p.recorded_to is not null
) history
where exists (select from rimay.conflict_case c where c.id = $1::text::uuid and c.institution = rimay.viewer())
order by at_us desc
limit $2
