-- What this transaction writes from now on is of one import. $1: import id, $2: day the file is of, or null.
select set_config('rimay.import_id', $1::bigint::text, true) || set_config('rimay.valid_from', coalesce($2::text, ''), true)
  || set_config('rimay.written_by', 'import', true) as said
