-- set_session: Set what statements of this program depend on, where the defaults of the database or the role differ.
-- Names are qualified, because a search path may have other operators and functions before those of pg_catalog.
select pg_catalog.set_config(s.name, s.setting, false)
  from (values ('jit', 'off'),
               -- The server would reject bytes that are not UTF-8, which an SQL_ASCII database may hold.
               ('client_encoding',
                case when pg_catalog.current_setting('server_encoding') operator(pg_catalog.=) 'SQL_ASCII'
                     then 'SQL_ASCII' else 'UTF8' end),
               ('array_nulls', 'on'),
               ('standard_conforming_strings', 'on'),
               ('default_transaction_isolation', 'read committed'),
               -- Without its name in the path, pg_catalog is searched first.
               ('search_path', pg_catalog.regexp_replace(
                    pg_catalog.current_setting('search_path'), ', *"?pg_catalog"? *(?=,|$)', '', 'g'))
       ) s (name, setting)
 where pg_catalog.current_setting(s.name) operator(pg_catalog.<>) s.setting
 union all
-- Limits for applications, but not one that this program was started with.
select pg_catalog.set_config(s.name, '0', false)
  from pg_catalog.pg_settings s
 where (s.name operator(pg_catalog.=) 'statement_timeout' or s.name operator(pg_catalog.=) 'idle_session_timeout')
   and s.setting operator(pg_catalog.<>) '0'
   and s.source operator(pg_catalog.<>) 'client';
