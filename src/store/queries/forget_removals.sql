-- The file's word counts again: what people removed may come back. $1: layer id, $2: source.
delete from rimay.removed_feature where layer = $1 and source = $2
