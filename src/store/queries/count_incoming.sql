-- How many rows are taken in.
select count(*) as "count!" from incoming_feature
