-- All tokens of an account. $1: account.
update rimay.api_token set revoked_at = now() where account = $1::text::uuid and revoked_at is null
