-- The PostgreSQL image runs this when its volume is empty; POSTGRES_DB creates the shop's own database.
create database temporal;
create database temporal_visibility;
