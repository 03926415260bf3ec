-- $1: digest of the secret, $2: account, $3: hours it holds at most.
with gone as (delete from rimay.session where expires_at < now())
insert into rimay.session (digest, account, expires_at) values ($1, $2::text::uuid, now() + $3::float8 * interval '1 hour')
