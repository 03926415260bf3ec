-- The next version of a case. $1: case.
update rimay.conflict_case set version = version + 1, changed_at = clock_timestamp() where id = $1::text::uuid returning version
