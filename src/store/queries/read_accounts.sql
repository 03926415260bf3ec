-- Accounts by login. $1: institution, or null for all.
select id::text as "id!", institution, login, name, role, network_level, jurisdiction, active, version,
  password_hash is not null as "has_password!"
from rimay.account
where $1::text is null or institution = $1
order by login
