-- Demonstration data gives way to a real file: whatever a demonstration import wrote, and no person since. $1: layer id.
delete from rimay.feature f
using rimay.import i
where f.layer = $1 and i.id = f.import_id and i.demonstration and f.edited_at is null
