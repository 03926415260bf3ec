-- Whose token it is and what it is for, if it still holds. $1: digest of the secret.
update rimay.api_token t set used_at = now()
from rimay.account a
where t.digest = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and a.id = t.account and a.active
returning a.id::text as "id!", a.institution, a.login, a.name, a.role, a.network_level, a.jurisdiction, t.scopes
