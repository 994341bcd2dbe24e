-- The roles and databases of Ratebook on a PostgreSQL server (16 or newer); run as a superuser with psql:
--
--   psql -v rating_owner=... -v rating_runtime=... -v receivables_owner=... -v receivables_runtime=... \
--        -v security_owner=... -v security_runtime=... -f deploy/postgres/roles.sql
--
-- Each variable is the password of that role. The owner runs migrations. The runtime role serves requests, with only
-- the rights that migrations grant it.

CREATE ROLE rating_owner LOGIN PASSWORD :'rating_owner';
CREATE ROLE rating_runtime LOGIN PASSWORD :'rating_runtime';
CREATE DATABASE rating OWNER rating_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE rating FROM PUBLIC;
GRANT CONNECT ON DATABASE rating TO rating_runtime;

CREATE ROLE receivables_owner LOGIN PASSWORD :'receivables_owner';
CREATE ROLE receivables_runtime LOGIN PASSWORD :'receivables_runtime';
CREATE DATABASE receivables OWNER receivables_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE receivables FROM PUBLIC;
GRANT CONNECT ON DATABASE receivables TO receivables_runtime;

CREATE ROLE security_owner LOGIN PASSWORD :'security_owner';
CREATE ROLE security_runtime LOGIN PASSWORD :'security_runtime';
CREATE DATABASE security OWNER security_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE security FROM PUBLIC;
GRANT CONNECT ON DATABASE security TO security_runtime;
