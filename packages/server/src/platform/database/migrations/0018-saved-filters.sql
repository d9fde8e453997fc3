-- Filters of devices that the people of a project keep under a name.
create table saved_filter (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null,
  -- As an order has it; what it names may be gone.
  device_filter jsonb not null,
  -- A part of id, name or description; null: any.
  search text,
  -- Null: any.
  attention text check (attention in ('needs_approval', 'held', 'not_joined', 'blocked')),
  created_at timestamptz not null default tideway_now(),
  changed_at timestamptz not null default tideway_now(),
  unique (project_id, name)
);
