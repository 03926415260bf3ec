-- $1: id of the account, $2: hash of the new password.
update rimay.account set password_hash = $2, version = version + 1 where id = $1::text::uuid
