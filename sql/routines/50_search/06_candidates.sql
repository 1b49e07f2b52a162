-- Candidates of a search: the ctid of a row with its distance and key, not the row, which may hold a whole image that
-- a sort would have to carry along.

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

create or replace function featurize._filter(template text, parameters text[]) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select case when parameters is null then template else format(template, variadic parameters) end;
$$;
comment on function featurize._filter(text, text[]) is
    'A filter whose parameters are written into it as literals: %1$L, %2$L and so on.';

create or replace function featurize._searched(
    f featurize.featurizer,
    out relation text,
    out embedding text,
    out space text,
    out hash text
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
               join lateral (select e.embedding as featurize_embedding, e.space_id as featurize_space,
                                      e.image_hash as featurize_hash
                               from {embeddings} e
                              where {key_match:e,s}) e on true
               $table$)
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.featurize_embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.featurize_space'
                              else format('s.%I', featurize._space_column(f)) end,
           case f.destination when 'table' then 'e.featurize_hash'
                              else format('s.%I', featurize._hash_column(f)) end;
$$;
comment on function featurize._searched(featurize.featurizer) is
    'The source s joined with its embeddings, as a FROM item, and expressions for embedding, space and hash of the
image value. A filter can only refer to columns of s.';

create or replace function featurize._condition(f featurize.featurizer, filter text, current_only boolean) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select concat(
        featurize._condition(filter),
        case when current_only then
            format(' and %s = %s', (featurize._searched(f)).hash, featurize._image_hash(f, 's'))
        end);
$$;
comment on function featurize._condition(featurize.featurizer, text, boolean) is
    'A filter as a condition; with current_only, also that the vector is of the image that the row s holds now.';

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
        select s.ctid as featurize_row, {distance} as featurize_distance, {hash} as featurize_hash, {key:s}
          from {relation}
         where {in_space} = {current_space} and {condition}
        {tail}
        $candidates$,
        jsonb_build_object(
            'distance', featurize._distance(f, metric, stored.embedding, query),
            'hash', stored.hash,
            'relation', stored.relation,
            'in_space', stored.space,
            'condition', condition,
            'tail', tail))
      from featurize._searched(f) stored;
$$;
comment on function featurize._candidates(featurize.featurizer, text, text, text, text) is
    'Query for candidates that meet a condition. tail is ORDER BY and LIMIT, query an expression for the query
vector.';

create or replace function featurize._row_at(f featurize.featurizer, row_ctid text, columns text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- "offset 0" keeps the planner from scanning the whole table.
    select featurize._render(
        f,
        'lateral (select {columns} from only {source} s where s.ctid = {row_ctid} offset 0)',
        jsonb_build_object('columns', columns, 'row_ctid', row_ctid));
$$;
comment on function featurize._row_at(featurize.featurizer, text, text) is
    'FROM item for columns of the row s with a ctid.';

create or replace function featurize._ranked(f featurize.featurizer, candidates text, columns text, shown text)
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Sorted before the rows are read: a sort would write them to a file.
    select featurize._render(f, $rows$
        select {shown}, n.featurize_distance as distance, (n.featurize_hash = r.featurize_now) is true as is_current
          from (select c.* from ({candidates}) c order by c.featurize_distance, {key:c}) n
         cross join {row} r
         order by n.featurize_distance, {key:n}
        $rows$,
        jsonb_build_object(
            'shown', shown,
            'candidates', candidates,
            'row', featurize._row_at(f, 'n.featurize_row',
                                     concat_ws(', ', columns, featurize._image_hash(f, 's') || ' as featurize_now'))));
$$;
comment on function featurize._ranked(featurize.featurizer, text, text, text) is
    'Query for candidates, nearest first, with columns that are read from the rows s. shown is the select list, of
columns of n, the candidate, and of r, what was read.';

create or replace function featurize._rows(f featurize.featurizer, candidates text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- s.* is the row; s alone could be a column.
    select featurize._ranked(f, candidates, format('s.*::%s as item', f.source), 'r.item');
$$;
comment on function featurize._rows(featurize.featurizer, text) is 'Query for the rows of candidates, nearest first.';
