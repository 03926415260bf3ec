-- What this transaction writes from now on is written by somebody with an account. $1: account.
select set_config('rimay.written_by', 'account ' || login, true) as said from rimay.account where id = $1::text::uuid
