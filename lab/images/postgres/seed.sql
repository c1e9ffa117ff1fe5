-- Roles and database as EchoDiary's RDS instance has them. May run any number of times.
\set ON_ERROR_STOP on
\set QUIET on
\getenv database_password ECHODIARY_DATABASE_PASSWORD
\getenv admin_password ECHODIARY_DATABASE_ADMIN_PASSWORD
\getenv exporter_password POSTGRES_EXPORTER_PASSWORD

SELECT 'CREATE ROLE echodiary LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'echodiary') \gexec
ALTER ROLE echodiary PASSWORD :'database_password';

-- Restores, and nothing else: it may make databases, give them to the application, and end sessions in them.
SELECT 'CREATE ROLE echodiary_admin LOGIN CREATEDB'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'echodiary_admin') \gexec
ALTER ROLE echodiary_admin PASSWORD :'admin_password';
GRANT echodiary, pg_signal_backend TO echodiary_admin;

SELECT 'CREATE ROLE postgres_exporter LOGIN CONNECTION LIMIT 5'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres_exporter') \gexec
ALTER ROLE postgres_exporter PASSWORD :'exporter_password';
GRANT pg_monitor TO postgres_exporter;

SELECT 'CREATE DATABASE echodiary OWNER echodiary'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'echodiary') \gexec
-- In template1 as well: a database that is made for a restore has it already, so nobody needs a superuser then.
\connect template1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
\connect echodiary
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
