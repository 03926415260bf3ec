-- Which case a request with this key made or changed before. $1: account, $2: key, $3: digest of what is asked for now.
select case_id::text as "case_id!", digest = $3 as "is_same!"
from rimay.case_request
where account = $1::text::uuid and idempotency_key = $2
