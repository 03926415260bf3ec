-- The next version of a code, or a new one. $1: institution, $2: list, $3: code, $4: Spanish, $5: English, $6: retired, $7: account,
-- $8: version that was seen; 0 for a new one.
with named as (
  insert into rimay.code (institution, list, code) values ($1, $2, $3) on conflict do nothing
)
insert into rimay.code_version (institution, list, code, version, title_es, title_en, position, retired, recorded_by)
select $1, $2, $3, $8 + 1, $4, $5,
  coalesce((select position from rimay.code_now where (institution, list, code) = ($1, $2, $3)),
    (select coalesce(max(position), 0) + 1 from rimay.code_now where (institution, list) = ($1, $2))), $6, $7::text::uuid
where coalesce((select version from rimay.code_now where (institution, list, code) = ($1, $2, $3)), 0) = $8
returning version
