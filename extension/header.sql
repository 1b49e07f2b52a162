\echo Use "create extension pgfeaturize cascade" to load this file. \quit
set local search_path = pg_catalog, pg_temp;

