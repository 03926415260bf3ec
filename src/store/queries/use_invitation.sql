-- Takes an invitation, once. $1: digest of its secret.
delete from rimay.invitation where digest = $1 and expires_at > now() returning account::text
