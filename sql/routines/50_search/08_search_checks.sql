-- Checks of the arguments of searches.

create or replace function featurize._check_row_type(f featurize.featurizer, row_type regtype) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if row_type is distinct from (select c.reltype::regtype from pg_class c where c.oid = f.source) then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" is on %s, but the argument is of type %s',
                featurize._label(f), f.source, row_type),
            hint = format('Pass NULL::%s, or a row of it.', f.source);
    end if;
end
$$;
comment on function featurize._check_row_type(featurize.featurizer, regtype) is
    'Raise FZ007 unless the argument is a row of the featurizer''s source.';

create or replace function featurize._check_search(f featurize.featurizer, metric text, k integer) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- The complete check takes a millisecond.
    if not featurize._is_whole(f) then
        perform featurize._check_faults(f);
    end if;
    perform featurize._check_choice('metric', metric, array['cosine', 'l2', 'ip', 'l1']);
    if k is null or k < 0 then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" cannot be searched for %s rows',
                featurize._label(f), coalesce(k::text, 'null')),
            hint = 'Pass a k of 0 or more.';
    end if;
end
$$;
comment on function featurize._check_search(featurize.featurizer, text, integer) is
    'Raise FZ003 for a broken featurizer, FZ006 for an unknown metric, and for an invalid k.';

create or replace function featurize._check_query(f featurize.featurizer, query vector) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select $1::%I.%I(%s)', featurize._vector_schema(), f.storage,
                   (select m.dim from featurize.model m where m.name = f.model)) using query;
exception
    -- A separate check, because an error in the search itself may come from the filter.
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', featurize._label(f), sqlerrm),
            hint = format('Compute the query vector with model "%s".', f.model);
end
$$;
comment on function featurize._check_query(featurize.featurizer, vector) is
    'Raise FZ007 unless the vector can be compared with those of the featurizer.';
