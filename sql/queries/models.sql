-- model_catalog: Return all models, and whether a featurizer uses them.
select m.name, m.backbone, m.node, m.pooling, m.dim, m.weights, m.preprocessing, m.builtin, m.error,
       exists (select from featurize.featurizer f where f.model = m.name) as used
  from featurize.model m order by m.builtin, m.name;

-- register_model: Register a model.
select featurize.register_model($1::text, $2::text, $3::text, $4::text, $5::integer, $6::text, $7::jsonb);

-- remove_model: Remove a model; return its weights.
select featurize.remove_model($1::text);

-- resolved_model: Return a model; an error if there is none or it is unresolved.
select name, backbone, node, pooling, dim, weights, preprocessing from featurize._resolve_model($1::text);
