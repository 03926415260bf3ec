-- Cases that may be about the same dispute, the likeliest first: by words of their names in common, by distance, and by the days they
-- began. $1: case.
with own as (
  select s.*, regexp_split_to_array(rimay.folded(coalesce(s.name, '')), '[^a-z0-9ñ]+') as words_of_name
  from rimay.case_summary s join rimay.conflict_case c on c.id = s.case_id
  where s.case_id = $1::text::uuid and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)
), other as (
  select c.id, c.code, c.institution, s.name, s.state, s.department, s.started_on, s.geom, s.district, s.province,
    regexp_split_to_array(rimay.folded(coalesce(s.name, '')), '[^a-z0-9ñ]+') as words_of_name
  from rimay.conflict_case c
  join rimay.case_summary s on s.case_id = c.id and s.audience = rimay.audience(c.institution, c.sharing, c.shared_with)
  where c.id <> $1::text::uuid and c.merged_into is null
), likeness as (
  select other.*, st_distance(own.geom::geography, other.geom::geography) as distance_m, abs(own.started_on - other.started_on) as days_apart,
    (select count(*) from (select unnest(own.words_of_name) intersect select unnest(other.words_of_name)) w (word) where length(word) > 3) as words_alike,
    (select count(distinct word) from unnest(own.words_of_name || other.words_of_name) w (word) where length(word) > 3) as words_there,
    coalesce(own.district = other.district and own.province = other.province, false) as is_same_district
  from own cross join other
)
select id::text as "id!", code, institution, name, state, department, distance_m, days_apart, is_same_district as "is_same_district!",
  (words_alike::float8 / greatest(words_there, 1)) as "words_alike!",
  (words_alike::float8 / greatest(words_there, 1) * 0.5 + case when distance_m is null then 0.15 * is_same_district::int else 0.3 * exp(-distance_m / 10000) end
    + case when days_apart is null then 0 else 0.2 * exp(-days_apart / 365.0) end) as "likeness!"
from likeness
where (words_alike::float8 / greatest(words_there, 1) >= 0.3 or distance_m < 5000 or is_same_district and words_alike > 0)
order by 11 desc, id
limit 10
