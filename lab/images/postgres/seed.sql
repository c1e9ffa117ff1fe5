-- Roles and database as EchoDiary's RDS instance has them. May run any number of times.
\set ON_ERROR_STOP on
\set QUIET on
\getenv database_password ECHODIARY_DATABASE_PASSWORD
\getenv exporter_password POSTGRES_EXPORTER_PASSWORD

SELECT 'CREATE ROLE echodiary LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'echodiary') \gexec
ALTER ROLE echodiary PASSWORD :'database_password';

SELECT 'CREATE ROLE postgres_exporter LOGIN CONNECTION LIMIT 5'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres_exporter') \gexec
ALTER ROLE postgres_exporter PASSWORD :'exporter_password';
GRANT pg_monitor TO postgres_exporter;

SELECT 'CREATE DATABASE echodiary OWNER echodiary'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'echodiary') \gexec
\connect echodiary
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
