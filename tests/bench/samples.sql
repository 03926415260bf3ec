-- What is asked: places, boxes and ids that follow from the data, the same in each run.
\set ON_ERROR_STOP on
set search_path = public;
create schema if not exists bench;
drop table if exists bench.sample, bench.tile;

create table bench.sample as
select row_number() over (order by id) as i, id, st_x(place) as x, st_y(place) as y, hundred, thousand
from (
  select id, st_centroid(geom) as place from rimay.feature_mining_concessions
  where id % (select greatest(1, count(*) / 200) from rimay.feature_mining_concessions) = 0 limit 200
) c,
lateral (select st_extent(geom) as hundred from (select geom from rimay.feature_mining_concessions order by geom <-> place limit 80) n) a,
lateral (select st_extent(geom) as thousand from (select geom from rimay.feature_mining_concessions order by geom <-> place limit 800) n) b;
create unique index on bench.sample (i);

create table bench.tile as
select z, row_number() over (partition by z order by tx, ty) as i, tx, ty
from (
  select distinct z, floor((x + 180) / 360 * 2 ^ z)::int as tx,
    floor((1 - ln(tan(radians(y)) + 1 / cos(radians(y))) / pi()) / 2 * 2 ^ z)::int as ty
  from bench.sample, (values (6), (8), (10), (12)) zooms (z)
) t;
create unique index on bench.tile (z, i);
analyze bench.sample, bench.tile;
