-- An institution as it shall be. $1: id, $2: Spanish, $3: English, $4: closed, $5: only if it is new.
insert into rimay.institution (id, title_es, title_en, closed_at) values ($1, $2, $3, case when $4 then now() end)
on conflict (id) do update set title_es = excluded.title_es, title_en = excluded.title_en,
  closed_at = case when $4 then coalesce(institution.closed_at, now()) end
where not $5
