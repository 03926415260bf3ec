-- Whether there is anything that tells in which department a place lies.
select exists (select from rimay.feature where layer in ('departments', 'districts') and geom is not null) as "has!"
