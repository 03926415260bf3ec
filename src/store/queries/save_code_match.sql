-- What another institution calls the same. $1: institution, $2: list, $3: code, $4: the other institution, $5: its code, $6: relation.
insert into rimay.code_match (institution, list, code, to_institution, to_code, relation) values ($1, $2, $3, $4, $5, $6)
on conflict (institution, list, code, to_institution) do update set to_code = excluded.to_code, relation = excluded.relation, version = code_match.version + 1
