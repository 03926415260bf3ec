-- What this transaction writes from now on undoes an import: each version is so since the day it bears.
select set_config('rimay.recorded_at', clock_timestamp()::text, true) || set_config('rimay.written_by', 'rollback', true)
  || set_config('rimay.restoring', 'yes', true) as said
