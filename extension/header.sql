\echo Use "create extension pgfeaturize cascade" to load this file. \quit
