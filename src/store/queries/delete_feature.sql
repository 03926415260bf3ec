-- Removes a feature if it is still as the writer saw it. $1: layer id, $2: id, $3: version.
delete from rimay.feature where layer = $1 and id = $2 and version = $3
