-- $1: id of the token, $2: its account.
update rimay.api_token set revoked_at = now() where id = $1::text::uuid and account = $2::text::uuid and revoked_at is null
