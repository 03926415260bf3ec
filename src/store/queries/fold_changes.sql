-- One row for each layer in the place of all its changes.
select rimay.fold_changes() as "folded: ()"
