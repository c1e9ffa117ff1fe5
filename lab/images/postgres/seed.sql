-- Roles and database as EchoDiary's RDS instance has them. May run any number of times.
\set ON_ERROR_STOP on
\set QUIET on
\getenv database_password ECHODIARY_DATABASE_PASSWORD
\getenv admin_password ECHODIARY_DATABASE_ADMIN_PASSWORD
\getenv exporter_password POSTGRES_EXPORTER_PASSWORD

SELECT 'CREATE ROLE echodiary LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'echodiary') \gexec
ALTER ROLE echodiary PASSWORD :'database_password';

-- The application's second login: passwords are changed for whichever of the two nobody uses. What it makes belongs to the first one.
SELECT 'CREATE ROLE echodiary_clone LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'echodiary_clone') \gexec
GRANT echodiary TO echodiary_clone;
ALTER ROLE echodiary_clone SET role = 'echodiary';
-- Either login sees what sessions of the other one do, as a migration has to.
GRANT pg_read_all_stats TO echodiary;

-- Restores, incidents, and nothing else: it may make databases, give them to the application, end sessions when no connection is
-- left for anybody else, and change the passwords of both logins.
SELECT 'CREATE ROLE echodiary_admin LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'echodiary_admin') \gexec
ALTER ROLE echodiary_admin CREATEDB CREATEROLE PASSWORD :'admin_password';
GRANT echodiary, echodiary_clone TO echodiary_admin WITH ADMIN OPTION;
GRANT pg_signal_backend, pg_monitor, pg_use_reserved_connections TO echodiary_admin;

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
