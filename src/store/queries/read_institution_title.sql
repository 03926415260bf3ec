-- What an institution is called, until the transaction ends. $1: institution.
select title_es from rimay.institution where id = $1 for update
