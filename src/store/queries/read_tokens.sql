-- Tokens of an account that were not revoked, the newest first; times in µs since 1970. $1: account.
select id::text as "id!", name, scopes, (extract(epoch from created_at) * 1000000)::bigint as "created_at_us!",
  (extract(epoch from expires_at) * 1000000)::bigint as expires_at_us, (extract(epoch from used_at) * 1000000)::bigint as used_at_us
from rimay.api_token
where account = $1::text::uuid and revoked_at is null
order by created_at desc, id
