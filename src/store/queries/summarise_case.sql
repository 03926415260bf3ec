-- What a case comes to is worked out again. $1: case.
call rimay.summarise_case($1::text::uuid)
