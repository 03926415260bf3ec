-- What people did, the newest first; time in µs since 1970. $1: institution of the people, or null for all, $2: only those with a
-- lower number, or null, $3: how many.
select e.number, (extract(epoch from e.at) * 1000000)::bigint as "at_us!", a.login as "login?", a.institution as "institution?",
  e.action, e.subject, e.detail
from rimay.audit_event e left join rimay.account a on a.id = e.account
where ($1::text is null or a.institution = $1) and ($2::bigint is null or e.number < $2)
order by e.number desc
limit $3
