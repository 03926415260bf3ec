-- Changes brought along from another server, by a dump that was restored, bear transactions that are still to come here:
-- nobody could ever have seen them. They become changes of this transaction.
update rimay.layer_change set xid = pg_current_xact_id() where xid > pg_snapshot_xmax(pg_current_snapshot())
