-- The table of one import; it goes with the transaction.
create temporary table incoming_feature (like rimay.incoming_feature) on commit drop
