-- Whether a layer has a feature. $1: layer, $2: feature.
select exists (select from rimay.feature where layer = $1 and id = $2) as "has!"
