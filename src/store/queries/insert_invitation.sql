-- A link to choose a password, in the place of earlier ones for the same account. $1: digest of its secret, $2: account, or null
-- for the first administrator, $3: hours it holds.
with gone as (delete from rimay.invitation where account is not distinct from $2::text::uuid or expires_at < now())
insert into rimay.invitation (digest, account, expires_at) values ($1, $2::text::uuid, now() + $3::float8 * interval '1 hour')
