-- featurize.grant_worker(), grant_owner() and grant_reader() grant privileges and create policies, which hide keys,
-- paths and images of other roles, and protect their featurizers from changes.
alter table featurize.model enable row level security;
alter table featurize.space enable row level security;
alter table featurize.featurizer enable row level security;
alter table featurize.backfill enable row level security;
alter table featurize.lease enable row level security;
alter table featurize.outbox enable row level security;
alter table featurize.job enable row level security;
alter table featurize.failed_row enable row level security;
alter table featurize.index enable row level security;
alter table featurize.projection enable row level security;
alter table featurize.request enable row level security;
alter table featurize.training_view enable row level security;
alter table featurize.classifier enable row level security;
alter table featurize.classifier_class enable row level security;
