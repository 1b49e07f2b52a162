-- What the triggers of a featurizer do is written out as one function per featurizer, with
-- names and operators fixed, because it runs in every statement that users send.

create or replace function featurize._idle_lock() returns bigint
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select 7377571;
$$;
comment on function featurize._idle_lock() is
    'Advisory lock that a sleeping worker holds exclusively and every writer shares.';

create or replace function featurize._trigger_function(f featurize.featurizer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('featurize_generated.on_%s', f.id);
$$;
comment on function featurize._trigger_function(featurize.featurizer) is 'Name of the generated trigger function.';

create or replace function featurize._append_to_outbox(f featurize.featurizer, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Few rows, the usual case, are spared the sorting into parts.
    select format($arrive$        insert into featurize.outbox (featurizer_id, keys)
        select %1$s, json_agg(%2$s)
          from added n
         where %3$s is not null%4$s
        having count(*) between 1 and 100;
        queued := found;
        if not queued then
            insert into featurize.outbox (featurizer_id, keys)
            select %1$s, json_agg(a.key)
              from (select %2$s as key, (row_number() over () - 1) / 100 as part
                      from added n
                     where %3$s is not null%4$s) a
             group by a.part;
            queued := found;
        end if;
$arrive$, f.id, featurize._key_json(f, 'n', 'json'), featurize._image(f, 'n'), condition);
$$;
comment on function featurize._append_to_outbox(featurize.featurizer, text) is
    'Statements that queue added rows, up to a hundred keys in a row of featurize.outbox.';

create or replace function featurize._in_embedding_table(f featurize.featurizer, before text, after text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format($in$        if to_regclass(%1$L) is not null then
            %2$s%1$s%3$s;
        else
            -- It was renamed, moved, or dropped by hand.
            execute coalesce((select %2$L || f.embeddings || %3$L from featurize.featurizer f
                               where f.id = %4$s and exists (select from pg_class c where c.oid = f.embeddings)),
                                   'select');
        end if;
$in$, featurize._embedding_table(f), before, after, f.id);
$$;
comment on function featurize._in_embedding_table(featurize.featurizer, text, text) is
    'Statements that do something to the embedding table, wherever it is by then.';

create or replace function featurize._forget(f featurize.featurizer, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A row's vector and failure go in the user's own transaction, so that no search ever
    -- sees the vector of a row that is gone.
    select concat(
        case f.destination when 'table' then
            featurize._in_embedding_table(f, 'delete from only ',
                format(' e using removed o where %s%s', featurize._key_match(f, 'e', 'o'), condition))
        end,
        format(E'        if exists (select from featurize.failure x where x.featurizer = %L) then\n', f.name),
        format(E'            delete from featurize.failure x using removed o where x.featurizer = %L and x.key = '
            '%s%s;\n',
               f.name, featurize._key_json(f, 'o'), condition),
        E'        end if;\n');
$$;
comment on function featurize._forget(featurize.featurizer, text) is
    'Statements that delete vectors and failures of removed rows.';

create or replace function featurize._unless_renamed(f featurize.featurizer, columns name[]) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- By its number the name of a column is had in a microsecond. A restored table may number its
    -- columns anew, so the last word has the catalogue.
    select format($check$        if %s then
            if (select count(*) from pg_attribute a where a.attrelid = tg_relid and a.attname = any (%L)) < %s then
                insert into featurize.outbox (featurizer_id, keys) values (%s, '[]');
                return null;
            end if;
        end if;
$check$,
        string_agg(format('(pg_identify_object_as_address(''pg_class''::regclass, tg_relid, %s)).object_names[3] is '
            'distinct from %L',
                          coalesce(a.attnum, 0), c.name), ' or ' order by c.position),
        columns, cardinality(columns), f.id)
      from unnest(columns) with ordinality c (name, position)
      left join pg_attribute a on a.attrelid = f.source and a.attname = c.name;
$$;
comment on function featurize._unless_renamed(featurize.featurizer, name[]) is
    'Statements that leave it at a note if one of these columns was renamed or dropped: then all rows are looked at '
        'again, once it is back.';

create or replace function featurize._trigger_body(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format($body$
declare
    queued boolean := false;
begin
    if tg_op = 'INSERT' then
%9$s%1$s    elsif tg_op = 'UPDATE' then
%9$s%2$s%3$s%4$s    elsif tg_op = 'DELETE' then
%10$s%5$s    else
%6$s        delete from featurize.failure x where x.featurizer = %7$L;
    end if;
    -- A worker that sleeps holds this lock exclusively, one that works does not: NOTIFY takes a
    -- database-wide lock at commit, so it is sent only when somebody has to be woken.
    if queued and not pg_try_advisory_xact_lock_shared(%8$s) then
        perform pg_notify('pgfeaturize', '');
    end if;
    return null;
end
$body$,
        featurize._append_to_outbox(f, ''),
        featurize._append_to_outbox(f, format(' and not exists (select from removed o where %s and %s is not '
            'distinct from %s)',
                                    featurize._key_match(f, 'o', 'n'), featurize._image(f, 'o'),
                                        featurize._image(f, 'n'))),
        featurize._forget(f, format(' and not exists (select from added n where %s and %s is not null)',
                                    featurize._key_match(f, 'n', 'o'), featurize._image(f, 'n'))),
        -- In the row itself the vector is not forgotten with the key but emptied with the image.
        case f.destination when 'column' then
            -- The table by its number, because it may be renamed; the column may have been dropped.
            format($empty$        if exists (select from pg_attribute a where a.attrelid = tg_relid
                and a.attname = %4$L) then
            if exists (select from added n where %1$s is null and n.%2$I is not null) then
                execute 'update only ' || tg_relid::regclass || %3$L;
            end if;
        end if;
$empty$, featurize._image(f, 'n'), f.name,
                format(' s set %I = null, %I = null, %I = null from added n where %s and %s is null',
                       f.name, featurize._space_column(f), featurize._digest_column(f),
                           featurize._key_match(f, 's', 'n'), featurize._image(f, 'n')),
                f.name)
        end,
        featurize._forget(f, ''),
        case f.destination when 'table' then
            featurize._in_embedding_table(f, 'truncate ', '')
        end,
        f.name,
        featurize._idle_lock(),
        featurize._unless_renamed(f, f.image_column || f.key_columns),
        featurize._unless_renamed(f, f.key_columns));
$$;
comment on function featurize._trigger_body(featurize.featurizer) is 'Text of the generated trigger function.';

create or replace function featurize._write_trigger_function(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Security definer: writers of the source need no rights in schema featurize. What pg_dump writes
    -- turns row_security off, and then queries with policies fail.
    execute format(
        'create or replace function %s() returns trigger language plpgsql security definer set search_path = '
            'pg_catalog, pg_temp '
        'set row_security = on%s as %L',
        featurize._trigger_function(f), featurize._key_settings(f), featurize._trigger_body(f));
    execute format('revoke all on function %s() from public', featurize._trigger_function(f));
    execute format('comment on function %s() is %L', featurize._trigger_function(f),
        format('Queue and forget rows of %s for featurizer "%s". Written by pgfeaturize.', f.source, f.name));
end
$$;
comment on function featurize._write_trigger_function(featurize.featurizer) is
    'Create or mend the trigger function of a featurizer.';

create or replace function featurize._create_triggers(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    event text;
begin
    perform featurize._write_trigger_function(f);
    -- Its owner's rights, no more: what the statements touch may have triggers and types of the owner's own making.
    execute format('alter function %s() owner to %s', featurize._trigger_function(f), featurize._owner(f)::regrole);
    -- Its policies are by this one, so that the triggers go on when the table gets another owner.
    update featurize.featurizer x set owner = featurize._owner(f)::regrole where x.id = f.id
        and x.owner <> featurize._owner(f);
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        execute format(
            'create or replace trigger featurize_%s_%s after %s on %s%s%s for each statement execute function %s()',
            f.id, event, event, f.source,
            case when event in ('update', 'delete') then ' referencing old table as removed' end,
            case event when 'insert' then ' referencing new table as added' when 'update'
                then ' new table as added' end,
            featurize._trigger_function(f));
    end loop;
end
$$;
comment on function featurize._create_triggers(featurize.featurizer) is
    'Create or mend the trigger function and triggers of a featurizer.';
