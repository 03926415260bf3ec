-- One account. $1: its id.
select id::text as "id!", institution, login, name, role, network_level, jurisdiction, active, version,
  password_hash is not null as "has_password!"
from rimay.account
where id = $1::text::uuid
