-- What a request with this key made before. $1: account, $2: key, $3: digest of what is asked for now.
select case_id::text as "case_id!", fact::text as fact, digest = $3 as "is_same!"
from rimay.case_request
where account = $1::text::uuid and idempotency_key = $2
