-- Removes rows of an area layer that have no area left after the repair, and returns them.
delete from incoming_feature
where geom is null
returning row_number as "row_number!", coalesce(name, key) as "feature!", key
