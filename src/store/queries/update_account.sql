-- Changes an account that is still as it was seen. $1: id, $2: version seen, $3: name, $4: role, $5: network level or null,
-- $6: jurisdiction, $7: whether it is active, $8: institution.
update rimay.account
set name = $3, role = $4, network_level = $5, jurisdiction = $6, active = $7, institution = $8, version = version + 1
where id = $1::text::uuid and version = $2
