-- $1: digest of the secret, $2: account, $3: name, $4: scopes, $5: days it holds, or null.
insert into rimay.api_token (digest, account, name, scopes, expires_at)
values ($1, $2::text::uuid, $3, $4, now() + $5::float8 * interval '1 day')
returning id::text as "id!"
