-- What a password is compared with. $1: login, or null; $2: id of the account, or null.
select id::text as "id!", password_hash, active
from rimay.account
where login = $1::text or id = $2::text::uuid
