-- Removes a saved mapping. $1: layer id, $2: name.
delete from rimay.column_mapping where layer = $1 and name = $2
