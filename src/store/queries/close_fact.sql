-- Closes the current version of a fact, if it is the one that was seen. $1: case, $2: fact, $3: version, $4: account.
update rimay.case_fact set recorded_to = greatest(clock_timestamp(), recorded_from), closed_by = $4::text::uuid
where case_id = $1::text::uuid and id = $2::text::uuid and version = $3 and recorded_to is null
returning kind, source_class, protection
