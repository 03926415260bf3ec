-- Whose session it is, if it still holds. $1: digest of the secret, $2: hours without a request after which it is over.
update rimay.session s set seen_at = now()
from rimay.account a
where s.digest = $1 and s.expires_at > now() and s.seen_at > now() - $2::float8 * interval '1 hour'
  and a.id = s.account and a.active
returning a.id::text as "id!", a.institution, a.login, a.name, a.role, a.network_level, a.jurisdiction
