-- What somebody did. $1: account or null, $2: action, $3: subject, $4: detail.
insert into rimay.audit_event (account, action, subject, detail, number, at, previous, digest)
values ($1::text::uuid, $2, $3, $4, 0, now(), sha256(''), sha256(''))
