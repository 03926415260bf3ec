-- What became of a case. $1: case, $2: account, $3: change, $4: detail.
insert into rimay.case_change (case_id, account, change, detail) values ($1::text::uuid, $2::text::uuid, $3, $4)
