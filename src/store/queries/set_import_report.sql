-- Keeps the report with its import, and tells nodes of the import where it changed no feature: its licence and date count
-- from now on. $1: import id, $2: the report.
with kept as (update rimay.import set report = $2 where id = $1 returning layer)
insert into rimay.layer_change (layer, ids) select layer, '{}' from kept
