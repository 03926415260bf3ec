-- Which case a request made or changed. $1: account, $2: key, $3: digest, $4: case.
insert into rimay.case_request (account, idempotency_key, digest, case_id) values ($1::text::uuid, $2, $3, $4::text::uuid)
