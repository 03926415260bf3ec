-- Cases that have a code, in an order. $1: list, $2: institution, $3: code.
select distinct case_id::text as "case!" from rimay.case_fact where kind = $1 and institution = $2 and code = $3 and recorded_to is null
order by 1
