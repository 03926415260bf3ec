-- The first row of the audit that is not as it was written or does not follow the one before it, how many rows there are, and the
-- last digest.
with checked as (
  select e.number,
    e.number = row_number() over (order by e.number)
      and e.previous = coalesce(lag(e.digest) over (order by e.number), sha256('rimay'))
      and e.digest = rimay.audit_digest(e) as is_sound
  from rimay.audit_event e
)
select (select min(number) from checked where not is_sound) as broken,
  (select count(*) from checked) as "rows!",
  (select encode(digest, 'hex') from rimay.audit_event order by number desc limit 1) as last_digest
