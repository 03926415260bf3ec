-- Keeps in mind that an import was taken back, and tells nodes, for its licence and date no longer count. $1: import id.
with told as (update rimay.import set rolled_back_at = rimay.recording_time() where id = $1 returning layer)
insert into rimay.layer_change (layer, ids) select layer, '{}' from told
