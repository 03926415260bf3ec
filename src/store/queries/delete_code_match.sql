-- What another institution calls the same is said no more. $1: institution, $2: list, $3: code, $4: the other institution.
delete from rimay.code_match where (institution, list, code, to_institution) = ($1, $2, $3, $4)
