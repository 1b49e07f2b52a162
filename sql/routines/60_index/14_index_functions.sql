-- Functions that indexes are built on: the mean of the embeddings, and the projection onto principal components.

create or replace function featurize._create_mean(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    signature text := format('featurize_generated.mean_%s_%s()', i.id, i.space_id);
    mean text;
begin
    execute format('select %I.avg(x.embedding)::text from (%s) x',
                   featurize._vector_schema(), featurize._sample(f, i.metric, 10000))
       into mean;
    -- A function, not a literal: the definition of the index has to fit one row of the catalog, which so many
    -- numbers do not. The planner turns the call into a constant.
    execute featurize._render(f, $create$
        create or replace function {signature} returns {vector_schema}.vector
            language sql
            immutable
            parallel safe
            set search_path = pg_catalog, pg_temp
            as {body}
        $create$,
        jsonb_build_object('signature', signature, 'body', quote_literal(format('select %L::%I.vector',
            coalesce(mean, translate(array_fill(0, array[i.dimensions])::text, '{}', '[]')),
            featurize._vector_schema()))));
    execute format('comment on function %s is %L', signature,
        format('Mean of the embeddings of featurizer %s in space %s, for its index of bits.', f.name, i.space_id));
    execute format('alter function %s owner to %s', signature, featurize._owner(f)::regrole);
end
$$;
comment on function featurize._create_mean(featurize.index, featurize.featurizer) is
    'Create the function that returns the mean of the embeddings.';

create or replace function featurize._create_projector(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    signature text := format('featurize_generated.project_%s_%s(%I.vector)',
                             i.id, i.space_id, featurize._vector_schema());
begin
    -- It runs with the rights of its owner and is open to everybody, because everybody who writes to the indexed
    -- table calls it. "offset 0": the vector is rounded once, and not once per direction, which takes five times
    -- as long.
    execute featurize._render(f, $create$
        create or replace function {signature} returns {vector_schema}.vector
            language sql
            immutable
            strict
            parallel safe
            security definer
            set search_path = pg_catalog, pg_temp
            set row_security = on
            as {body}
        $create$,
        jsonb_build_object('signature', signature, 'body', quote_literal(featurize._render(f, $body$
            select nullif(array(
                       select (-(p.direction operator({vector_schema}.<#>) e.embedding) - p.bias)::float4
                         from featurize.projection p
                        where p.index_id = {index_id} and p.space_id = {space_id}
                        order by p.position), '{}')::{vector_schema}.vector
              from (select $1::{vector_schema}.halfvec as embedding offset 0) e
            $body$, jsonb_build_object('index_id', i.id, 'space_id', i.space_id)))));
    execute format('comment on function %s is %L', signature,
        format('First principal components of embeddings of featurizer %s in space %s, for its index.',
               f.name, i.space_id));
    execute format('alter function %s owner to %s', signature, featurize._owner(f)::regrole);
end
$$;
comment on function featurize._create_projector(featurize.index, featurize.featurizer) is
    'Create the function that projects an embedding onto the principal components that a worker has fitted.';
