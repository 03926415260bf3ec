-- Takes the earlier versions of a case's feature away. $1: id of the feature.
delete from rimay.feature_version where layer = 'conflicts' and id = $1 and source = 'register'
