-- Whether others are merged into a case. $1: case.
select exists (select from rimay.conflict_case where merged_into = $1::text::uuid) as "has!"
