-- What RDS has before the first play: its administrator, who is no superuser, and a database. May run any number of times.
\set ON_ERROR_STOP on
\set QUIET on
\getenv master_password DATABASE_MASTER_PASSWORD
\getenv exporter_password POSTGRES_EXPORTER_PASSWORD

SELECT 'CREATE ROLE master LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'master') \gexec
ALTER ROLE master CREATEDB CREATEROLE PASSWORD :'master_password';
GRANT pg_monitor, pg_read_all_data, pg_read_all_stats, pg_signal_backend, pg_use_reserved_connections TO master WITH ADMIN OPTION;

-- Every other role is made by a play (echodiary.infra.database_roles). That of the exporter is there already, so that it can be looked at alone.
SELECT 'CREATE ROLE postgres_exporter LOGIN CONNECTION LIMIT 5'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres_exporter') \gexec
GRANT pg_monitor TO postgres_exporter GRANTED BY master;

-- Roles of a lab that is older than this file, or whose secrets were made anew: the administrator may change them, and they have their passwords.
SELECT format('GRANT %I TO master WITH ADMIN OPTION', rolname) FROM pg_roles
WHERE rolname IN ('echodiary', 'echodiary_clone', 'echodiary_app', 'echodiary_app_clone', 'echodiary_admin', 'postgres_exporter')
  AND NOT pg_has_role('master', oid, 'MEMBER WITH ADMIN OPTION') \gexec
\getenv migrate_password ECHODIARY_DATABASE_MIGRATE_PASSWORD
\getenv database_password ECHODIARY_DATABASE_PASSWORD
\getenv admin_password ECHODIARY_DATABASE_ADMIN_PASSWORD
SELECT format('ALTER ROLE %I PASSWORD %L', role, password) FROM pg_roles JOIN (VALUES
  ('echodiary', :'migrate_password'), ('echodiary_app', :'database_password'), ('echodiary_admin', :'admin_password'),
  ('postgres_exporter', :'exporter_password')) given (role, password) ON rolname = role \gexec

SELECT 'CREATE DATABASE echodiary OWNER master'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'echodiary') \gexec
-- In template1 as well: a database that is made for a restore has it already, so nobody needs a superuser then.
\connect template1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
\connect echodiary
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
