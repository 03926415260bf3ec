-- Ends all sessions of an account but one. $1: account, $2: digest of the secret of the one that goes on, or null.
delete from rimay.session where account = $1::text::uuid and digest is distinct from $2
