-- What a request made. $1: account, $2: key, $3: digest, $4: case, $5: fact or null.
insert into rimay.case_request (account, idempotency_key, digest, case_id, fact)
values ($1::text::uuid, $2, $3, $4::text::uuid, $5::text::uuid)
