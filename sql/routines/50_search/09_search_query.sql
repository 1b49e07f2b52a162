-- SQL of searches. A candidate is the ctid of a row with its distance and key, not the row, which may hold a
-- whole image that a sort would have to carry along.

create or replace function featurize._condition(filter text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- On separate lines, because the filter may end with a comment.
    select case when filter is null then 'true' else format(E'(\n%s\n)', filter) end;
$$;
comment on function featurize._condition(text) is
    'A filter as a condition; true if there is none. It is the caller''s own SQL and runs with the caller''s rights.';

create or replace function featurize._index_for(f featurize.featurizer, metric text) returns featurize.index
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select i.*
      from featurize.index i
      join pg_index x on x.indexrelid = featurize._index_relation(i, f) and x.indisvalid
     where i.featurizer_id = f.id and i.metric = _index_for.metric and i.built_at is not null
       and i.space_id = featurize._current_space(f);
$$;
comment on function featurize._index_for(featurize.featurizer, text) is
    'The complete index for a metric in the current feature space; null if there is none.';

create or replace function featurize._searched(
    f featurize.featurizer,
    out relation text,
    out embedding text,
    out space text
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A row without a vector is not in the result. Column names of the embedding table are hidden, so that id
    -- in a filter means the column of the source.
    select case f.destination
           when 'table' then featurize._render(f, $table$
               only {source} s
               join lateral (select e.embedding as featurize_embedding, e.space_id as featurize_space
                               from {embeddings} e
                              where {key_match:e,s}) e on true
               $table$)
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.featurize_embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.featurize_space'
                              else format('s.%I', featurize._space_column(f)) end;
$$;
comment on function featurize._searched(featurize.featurizer) is
    'The source s joined with its embeddings, as a FROM item, and expressions for embedding and space. A filter can
only refer to columns of s.';

create or replace function featurize._candidates(
    f featurize.featurizer,
    metric text,
    condition text,
    tail text,
    query text default '$1'
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $candidates$
        select s.ctid as featurize_row, {distance} as featurize_distance, {key:s}
          from {relation}
         where {in_space} = {current_space} and {condition}
        {tail}
        $candidates$,
        jsonb_build_object(
            'distance', featurize._distance(f, metric, stored.embedding, query),
            'relation', stored.relation,
            'in_space', stored.space,
            'condition', condition,
            'tail', tail))
      from featurize._searched(f) stored;
$$;
comment on function featurize._candidates(featurize.featurizer, text, text, text, text) is
    'Query for candidates that meet a condition. tail is ORDER BY and LIMIT, query an expression for the query
vector.';

create or replace function featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Adding zero to the distance prevents the use of an index.
    select featurize._candidates(f, metric, condition, format('order by %s + 0.0, %s limit $2',
               featurize._distance(f, metric, stored.embedding, '$1'), featurize._key(f, 's')))
      from featurize._searched(f) stored;
$$;
comment on function featurize._nearest_of_all(featurize.featurizer, text, text) is
    'Query for the $2 candidates nearest to vector $1, by scanning all vectors. Ties are in key order.';

create or replace function featurize._by_index(
    i featurize.index,
    f featurize.featurizer,
    condition text,
    size text,
    query text default '$1'
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- An index on reduced vectors only approximates the distance: more candidates than wanted are compared again
    -- by their full vectors.
    select featurize._candidates(f, i.metric, condition,
               format('order by %s limit %s::bigint * %s',
                      featurize._index_distance(i, f, stored.embedding, query), size, i.oversampling), query)
      from featurize._searched(f) stored;
$$;
comment on function featurize._by_index(featurize.index, featurize.featurizer, text, text, text) is
    'Query for the candidates that an index returns as nearest to a vector: size times the oversampling of the
index.';

create or replace function featurize._row_at(f featurize.featurizer, place text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- s.* is the row; s alone could be a column. "offset 0" keeps the planner from scanning the whole table.
    select format('lateral (select s.*::%1$s as item from only %1$s s where s.ctid = %2$s offset 0)', f.source, place);
$$;
comment on function featurize._row_at(featurize.featurizer, text) is 'FROM item for the row with a ctid.';

create or replace function featurize._rows(f featurize.featurizer, candidates text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $rows$
        select r.item, n.featurize_distance as distance
          from ({candidates}) n
         cross join {row} r
         order by n.featurize_distance, {key:n}
        $rows$,
        jsonb_build_object('candidates', candidates, 'row', featurize._row_at(f, 'n.featurize_row')));
$$;
comment on function featurize._rows(featurize.featurizer, text) is 'Query for the rows of candidates, nearest first.';

create or replace function featurize._scan(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._rows(f, featurize._nearest_of_all(f, metric, condition));
$$;
comment on function featurize._scan(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1, by scanning all vectors. Ties are in key order.';

create or replace function featurize._search(f featurize.featurizer, metric text, condition text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._index_for(f, metric);
begin
    if i.id is null then
        return featurize._scan(f, metric, condition);
    end if;
    -- An index scan may end before enough rows meet the condition; then all vectors are scanned. It returns rows
    -- in approximate order, which the planner takes for exact: adding zero forces a sort.
    return featurize._rows(f, featurize._render(f, $search$
        with featurize_near as materialized ({by_index}),
             featurize_seen as (select count(*) >= $2 as enough from featurize_near)
        select near.*
          from (select *
                  from featurize_near
                 where (select enough from featurize_seen)
                 order by featurize_distance + 0.0, {key}
                 limit $2) near
         union all
        select far.* from ({scan}) far where not (select enough from featurize_seen)
        $search$,
        jsonb_build_object(
            'by_index', featurize._by_index(i, f, condition, '$2'),
            'scan', featurize._nearest_of_all(f, metric, condition))));
end
$$;
comment on function featurize._search(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1 that meet a condition, with an index if possible.';
