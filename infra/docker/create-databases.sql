-- Run by the PostgreSQL image when its volume is empty; the shop's own database is made by POSTGRES_DB.
create database temporal;
create database temporal_visibility;
