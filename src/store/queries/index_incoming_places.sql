-- So that each outline finds what lies in it.
create index on incoming_feature using gist (st_pointonsurface(geom))
