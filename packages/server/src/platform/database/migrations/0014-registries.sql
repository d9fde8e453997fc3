-- Sources that flows name: container registries, git hosts, HTTP servers with artifacts.
create table registry (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null,
  url text not null,
  -- Null where anybody may fetch.
  username text,
  -- Encrypted; null where there is none.
  password bytea,
  created_at timestamptz not null default tideway_now(),
  changed_at timestamptz not null default tideway_now(),
  unique (project_id, name),
  check (password is null or username is not null)
);

-- The registries that the devices of a deployment fetch from.
create table deployment_registry (
  deployment_id bigint not null references deployment,
  registry_id bigint not null references registry,
  primary key (deployment_id, registry_id)
);
create index deployment_registry_registry on deployment_registry (registry_id);
