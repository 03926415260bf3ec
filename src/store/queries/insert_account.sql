-- A new account without a password. $1: institution, $2: login, $3: name, $4: role, $5: network level or null, $6: jurisdiction.
insert into rimay.account (institution, login, name, role, network_level, jurisdiction)
values ($1, $2, $3, $4, $5, $6)
returning id::text as "id!"
