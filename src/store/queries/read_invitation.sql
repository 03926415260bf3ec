-- The invitation of a secret, if it still holds. $1: digest of the secret.
select account::text, login as "login?", name as "name?"
from rimay.invitation left join rimay.account a on a.id = account
where digest = $1 and expires_at > now() and (account is null or a.active)
