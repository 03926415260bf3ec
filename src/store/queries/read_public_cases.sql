-- Public cases of an institution, in an order. $1: institution.
select id::text as "case!" from rimay.conflict_case where institution = $1 and sharing = 'public' order by id
