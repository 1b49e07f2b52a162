-- What an index is made of: the functions that it is over, and its CREATE INDEX.

create or replace function featurize._index_parts(index_id integer, kept_space integer default null,
    concurrently boolean default false)
    returns setof text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- By name: what a build that broke off has left is not in featurize.index.
    select part.statement
      from (select 1, c.relname, format('drop index %s if exists %I.%I', case when _index_parts.concurrently
          then 'concurrently' end, n.nspname, c.relname)
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              join pg_am a on a.oid = c.relam and a.amname = 'hnsw'
             where c.relname ~ format('^featurize_index_%s_\d+$', index_id)
             union all
            select 2, p.proname, format('drop function if exists %s', p.oid::regprocedure)
              from pg_proc p
             where p.pronamespace = 'featurize_generated'::regnamespace
                 and p.proname ~ format('^(mean|project)_%s_\d+$', index_id)
           ) as part (step, name, statement)
     where kept_space is null or part.name !~ format('_%s$', kept_space)
     order by part.step;
$$;
comment on function featurize._index_parts(integer, integer, boolean) is
    'Statements that remove an index, complete or not, and the functions that it is over; but not those for one space.';

create or replace function featurize._drop_index_parts(index_id integer, kept_space integer default null) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    statement text;
begin
    for statement in select featurize._index_parts(index_id, kept_space) loop
        execute statement;
    end loop;
end
$$;
comment on function featurize._drop_index_parts(integer, integer) is 'Remove an index at once, and what belongs to it.';

create or replace function featurize._sample(f featurize.featurizer, metric text, size integer) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f, 'join');
    vector_schema text := featurize._vector_schema();
begin
    -- By a hash of the key: spread over the table, and the same every time. Places first: vectors
    -- are not to be carried through a sort.
    return format('with picked as materialized (select s.ctid as featurize_row from %1$s where %2$s = %3$s '
                  'order by hashtextextended(%4$s::text, 0) limit %5$s) '
                  'select s.*::%6$s as item, %7$s as embedding from %1$s where s.ctid = any (array(select '
                      'p.featurize_row from picked p))',
        stored.relation, stored.space, coalesce(featurize._current_space(f), 0), featurize._key_json(f, 's'), size,
            f.source,
        format(case metric when 'cosine' then '%1$I.l2_normalize(%2$s::%1$I.vector)' else '%2$s::%1$I.vector' end,
               vector_schema, stored.embedding));
end
$$;
comment on function featurize._sample(featurize.featurizer, text, integer) is
    'Query for so many rows and their embeddings, of unit length where only angles count.';

create or replace function featurize._create_mean(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    mean text;
begin
    execute format('select %I.avg(x.embedding)::text from (%s) x', featurize._vector_schema(),
        featurize._sample(f, i.metric, 10000))
       into mean;
    -- A function, not a literal: as part of the index's definition the numbers would not fit its row
    -- of the catalogue. The planner makes a constant of it.
    execute format(
        'create or replace function featurize_generated.mean_%1$s_%2$s() returns %3$I.vector language sql immutable '
            'parallel safe '
        'set search_path = pg_catalog, pg_temp as %4$L',
        i.id, i.space_id, featurize._vector_schema(),
        format('select %L::%I.vector', coalesce(mean, translate(array_fill(0, array[i.dimensions])::text, '{}',
            '[]')), featurize._vector_schema()));
    execute format('comment on function featurize_generated.mean_%s_%s() is %L', i.id, i.space_id,
        format('Mean of the embeddings of featurizer %s in space %s, for its index of bits.', f.name, i.space_id));
    execute format('alter function featurize_generated.mean_%s_%s() owner to %s', i.id, i.space_id,
        featurize._owner(f)::regrole);
end
$$;
comment on function featurize._create_mean(featurize.index, featurize.featurizer) is
    'Make the function that gives the mean of the embeddings.';

create or replace function featurize._create_projector(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    vector_type text := format('%I.vector', featurize._vector_schema());
    signature text := format('featurize_generated.project_%s_%s(%s)', i.id, i.space_id, vector_type);
begin
    -- With the rights of its owner, and for everybody: whoever writes to the table that is indexed calls it.
    execute format(
        'create or replace function %1$s returns %2$s language sql immutable strict parallel safe security definer '
        'set search_path = pg_catalog, pg_temp set row_security = on as %3$L',
        signature, vector_type, format(
            -- offset 0: rounded once, and not once for each direction, which takes five times as long.
            'select nullif(array(select (-(p.direction operator(%1$I.<#>) e.embedding) - p.bias)::float4 '
            'from featurize.projection p where p.index_id = %2$s and p.space_id = %3$s order by p.position), '
                '''{}'')::%1$I.vector '
            'from (select $1::%1$I.halfvec as embedding offset 0) e', featurize._vector_schema(), i.id, i.space_id));
    execute format('comment on function %s is %L', signature,
        format('First principal components of embeddings of featurizer %s in space %s, for its index.', f.name,
            i.space_id));
    execute format('alter function %s owner to %s', signature, featurize._owner(f)::regrole);
end
$$;
comment on function featurize._create_projector(featurize.index, featurize.featurizer) is
    'Make the function that projects an embedding on the components that a worker fits.';

create or replace function featurize._index_statement(i featurize.index, f featurize.featurizer,
    concurrently boolean) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f);
begin
    -- Of one space only: vectors of two are never compared.
    return format('create index %s %I on %s using hnsw ((%s) %s) with (m = %s, ef_construction = %s) where %s = %s',
        case when _index_statement.concurrently then 'concurrently' end, featurize._index_name(i),
            coalesce(f.embeddings, f.source),
        featurize._indexed(i, regexp_replace(stored.embedding, '^[es]\.', '')), featurize._index_class(i, f),
        i.m, i.ef_construction, regexp_replace(stored.space, '^[es]\.', ''), i.space_id);
end
$$;
comment on function featurize._index_statement(featurize.index, featurize.featurizer, boolean) is
    'The CREATE INDEX of an index that has been begun.';

create or replace function featurize._begin_index(index_id integer) returns featurize.index
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index;
    f featurize.featurizer;
begin
    select y.* into f from featurize.index x join featurize.featurizer y on y.id = x.featurizer_id
        where x.id = index_id;
    update featurize.index x
       set space_id = featurize._current_space(f), started_at = clock_timestamp(), built_at = null,
           error = null, recall = null, recall_k = null, recall_sample = null, recall_measured_at = null
     where x.id = index_id
    returning * into i;
    if f.id is not null and i.space_id is null then
        raise exception using errcode = 'FZ008',
            message = format('featurizer "%s" has no vectors to index: no worker has loaded model "%s" yet', f.name,
                f.model),
            hint = 'Start a worker, and build the index when it has embedded the rows.';
    elsif i.method = 'bits' then
        perform featurize._create_mean(i, f);
    elsif i.method = 'projection' then
        perform featurize._create_projector(i, f);
    end if;
    return i;
end
$$;
comment on function featurize._begin_index(integer) is
    'Note that an index is begun for the current space, and make the function that it is to be over; null if nobody '
        'wants it any more.';

create or replace function featurize._build_index(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if i.method = 'projection' then
        raise exception using errcode = 'FZ006',
            message = format('the projection of an index of featurizer "%s" can only be fitted by a worker', f.name),
            hint = 'Leave concurrently at true.';
    end if;
    execute featurize._index_statement(featurize._begin_index(i.id), f, false);
    perform featurize.end_index(i.id);
end
$$;
comment on function featurize._build_index(featurize.index, featurize.featurizer)
    is 'Build an index in this transaction.';
