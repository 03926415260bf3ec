-- $1: digest of the secret.
delete from rimay.session where digest = $1 returning account::text as "account!"
