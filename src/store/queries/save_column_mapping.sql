-- Keeps a mapping under its name, in place of one that bears it. $1: layer id, $2: name, $3: the columns by field, $4: who.
insert into rimay.column_mapping (layer, name, columns, saved_by)
values ($1, $2, $3, $4)
on conflict (layer, name) do update set columns = excluded.columns, saved_by = excluded.saved_by, saved_at = now()
