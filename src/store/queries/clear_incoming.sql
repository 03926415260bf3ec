-- Leaves nothing of this import behind.
delete from rimay.incoming_feature
