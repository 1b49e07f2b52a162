-- set_session: Set what statements of this program depend on, where the defaults of the database or the role differ.
select set_config(s.name, s.setting, false)
  from (values ('jit', 'off'),
               -- The server would reject bytes that are not UTF-8, which an SQL_ASCII database may hold.
               ('client_encoding',
                case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end),
               ('array_nulls', 'on'),
               ('standard_conforming_strings', 'on'),
               ('default_transaction_isolation', 'read committed')) s (name, setting)
 where current_setting(s.name) <> s.setting;
