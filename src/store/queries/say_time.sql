-- Whatever this transaction writes from now on becomes known at one time.
select set_config('rimay.recorded_at', clock_timestamp()::text, true)
