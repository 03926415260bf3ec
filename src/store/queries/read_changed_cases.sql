-- Cases that changed since the register was at a position. $1: position.
select id::text as "id!" from rimay.conflict_case where position > $1
