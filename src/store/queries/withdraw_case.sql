-- Takes the feature of a case out of the layer of conflicts. $1: case.
delete from rimay.feature where layer = 'conflicts' and source = 'register' and key = $1
