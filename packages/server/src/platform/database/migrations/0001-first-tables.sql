-- One clock decides every expiry and time limit: the database's. A test shifts it with the setting tideway.clock_shift.
create function tideway_now() returns timestamptz language sql stable as $$
  select now() + coalesce(nullif(current_setting('tideway.clock_shift', true), ''), '0')::interval
$$;

create table installation (
  only_row boolean primary key default true check (only_row),
  public_id text not null,
  -- Signs the tickets and challenges of devices (HMAC-SHA-256).
  ticket_key bytea not null,
  -- Encrypts the secret values of orders (AES-256-GCM).
  secrets_key bytea not null
);

create table account (
  id bigint generated always as identity primary key,
  name text not null,
  created_at timestamptz not null default tideway_now()
);

create table account_user (
  id bigint generated always as identity primary key,
  public_id text not null unique,
  account_id bigint not null references account,
  email text not null,
  role text not null check (role in ('viewer', 'operator', 'admin', 'owner')),
  -- scrypt; null while the user has not set one.
  password_hash text,
  -- False: only the projects in user_project.
  all_projects boolean not null default true,
  created_at timestamptz not null default tideway_now(),
  deleted_at timestamptz
);
create unique index account_user_email on account_user (lower(email)) where deleted_at is null;

create table access_token (
  id bigint generated always as identity primary key,
  public_id text not null unique,
  user_id bigint not null references account_user,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin', 'owner')),
  -- SHA-256 of the token; the token itself is shown once and kept nowhere.
  token_hash bytea not null unique,
  created_at timestamptz not null default tideway_now(),
  expires_at timestamptz,
  revoked_at timestamptz
);

create table project (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  key text not null,
  name text not null,
  created_at timestamptz not null default tideway_now(),
  deleted_at timestamptz
);
create unique index project_key on project (account_id, key) where deleted_at is null;
create unique index project_name on project (account_id, name) where deleted_at is null;

create table user_project (
  user_id bigint not null references account_user,
  project_id bigint not null references project,
  primary key (user_id, project_id)
);

create table audit_event (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  project_id bigint references project,
  at timestamptz not null default tideway_now(),
  -- Who: the user's email, a device's id, or the command line. Kept as text, so that it outlives whom it names.
  actor text not null,
  actor_token text,
  -- The network address that the change came from; null on the command line.
  address text,
  action text not null,
  target text not null,
  before jsonb,
  after jsonb
);
create index audit_event_account on audit_event (account_id, id desc);

create table device_group (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null,
  unique (project_id, name)
);

create table tag (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null,
  unique (project_id, name)
);

create table app (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  name text not null,
  unique (project_id, name)
);

create table device (
  id bigint generated always as identity primary key,
  public_id text not null,
  project_id bigint not null references project,
  -- Null for a deleted device, so that its group can be deleted too.
  group_id bigint references device_group,
  name text not null,
  description text not null default '',
  -- Raw Ed25519 key in base64url; null until a pre-registered device has joined.
  public_key text,
  -- SHA-256 of the claim token with which a pre-registered device joins once.
  claim_token_hash bytea unique,
  needs_approval boolean not null default false,
  -- On: the device takes up no new update.
  update_trigger_on boolean not null default false,
  agent_version text,
  os text,
  arch text,
  capabilities jsonb not null default '[]',
  attributes jsonb not null default '{}',
  -- What the device itself last said about its apps; where it differs from device_app, that is shown as drift.
  reported_apps jsonb not null default '[]',
  boot_id text,
  -- The session value last presented and its newest successor: the two that the next hello may carry.
  session_presented text,
  session_successor text,
  -- When a restored or copied state was last noticed, and since when the device is held for a person to decide.
  copy_noticed_at timestamptz,
  held_at timestamptz,
  -- What the device last applied, and from which deployment.
  configuration jsonb,
  configuration_deployment_id bigint,
  joined_at timestamptz,
  created_at timestamptz not null default tideway_now(),
  deleted_at timestamptz,
  check (group_id is not null or deleted_at is not null)
);
create unique index device_public_id on device (project_id, public_id) where deleted_at is null;
create unique index device_name on device (project_id, name) where deleted_at is null;
create unique index device_public_key on device (public_key) where deleted_at is null;
create index device_group_id on device (group_id) where deleted_at is null;

-- Narrow and apart, because it is written with every contact of a device, and the device's row is not.
create table device_presence (
  device_id bigint primary key references device,
  last_contact_at timestamptz not null,
  online_until timestamptz not null
) with (fillfactor = 70);

create table device_tag (
  device_id bigint not null references device,
  tag_id bigint not null references tag,
  primary key (device_id, tag_id)
);
create index device_tag_tag on device_tag (tag_id, device_id);

create table device_app (
  device_id bigint not null references device,
  app_id bigint not null references app,
  version text not null,
  changed_at timestamptz not null default tideway_now(),
  primary key (device_id, app_id)
);
create index device_app_app on device_app (app_id, version, device_id);

create table pairing_token (
  id bigint generated always as identity primary key,
  public_id text not null,
  project_id bigint not null references project,
  token_hash bytea not null unique,
  -- The group that joining devices get; null: the one they wish for, else the project's first.
  group_id bigint references device_group,
  needs_approval boolean not null default false,
  -- Null: any number.
  uses_left integer check (uses_left >= 0),
  created_at timestamptz not null default tideway_now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  unique (project_id, public_id)
);

create table artifact (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  path text not null,
  -- Hex.
  sha256 text not null,
  size bigint not null,
  -- Where the bytes are in the blob store; each artifact has its own, so that deleting one needs no counting.
  blob_key text not null,
  created_at timestamptz not null default tideway_now(),
  unique (project_id, path)
);

create table flow (
  id bigint generated always as identity primary key,
  public_id text not null,
  project_id bigint not null references project,
  name text not null,
  created_at timestamptz not null default tideway_now(),
  deleted_at timestamptz
);
create unique index flow_public_id on flow (project_id, public_id) where deleted_at is null;
create unique index flow_name on flow (project_id, name) where deleted_at is null;

-- Never changed and never deleted: a deployment can always show what it ran.
create table flow_version (
  id bigint generated always as identity primary key,
  flow_id bigint not null references flow,
  number integer not null,
  -- The text as it was sent, comments included.
  source text not null,
  -- Its normal form, a FlowDocument.
  document jsonb not null,
  created_by text not null,
  created_at timestamptz not null default tideway_now(),
  unique (flow_id, number)
);

-- What a deployment asks of its devices, canonical JSON; the same bytes for each of them.
create table deployment_document (
  sha256 text primary key,
  content text not null
);

create table deployment (
  id bigint generated always as identity primary key,
  public_id text not null,
  project_id bigint not null references project,
  flow_version_id bigint not null references flow_version,
  document_sha256 text not null references deployment_document,
  -- The order as it was given, for people and for "deploy again"; secret parameters are masked.
  device_filter jsonb not null,
  parameters jsonb not null,
  configuration jsonb,
  comment text not null default '',
  app_id bigint references app,
  app_version text,
  -- Values of secret parameters, encrypted; null where there are none.
  secrets bytea,
  time_limit_s integer not null,
  devices integer not null,
  created_by text not null,
  created_at timestamptz not null default tideway_now(),
  finished_at timestamptz,
  unique (project_id, public_id),
  check ((app_id is null) = (app_version is null))
);
create index deployment_project on deployment (project_id, id desc);

-- Kept in the same statement as the rows it counts: the five always add up to deployment.devices.
create table deployment_count (
  deployment_id bigint primary key references deployment,
  pending integer not null default 0 check (pending >= 0),
  in_progress integer not null default 0 check (in_progress >= 0),
  success integer not null default 0 check (success >= 0),
  failed integer not null default 0 check (failed >= 0),
  aborted integer not null default 0 check (aborted >= 0)
) with (fillfactor = 50);

create table deployment_artifact (
  deployment_id bigint not null references deployment,
  artifact_id bigint not null references artifact,
  sha256 text not null,
  primary key (deployment_id, artifact_id)
);
create index deployment_artifact_artifact on deployment_artifact (artifact_id);

create table device_update (
  id bigint generated always as identity primary key,
  deployment_id bigint not null references deployment,
  device_id bigint not null references device,
  status text not null default 'pending'
    check (status in ('pending', 'in_progress', 'success', 'failed', 'aborted')),
  -- Rises when a restored or copied device was noticed: what the former attempt still says is history.
  attempt integer not null default 1,
  -- The highest sequence number of this attempt's reports that is booked.
  last_seq integer not null default 0,
  -- Why it failed or was aborted: a stable word, and a sentence for people.
  reason text,
  message text,
  failed_step integer,
  exit_code integer,
  -- What was put back and what could not be: [{step, done, message}].
  undone jsonb not null default '[]',
  -- A later, contradicting truth; the result itself never changes.
  late_result jsonb,
  taken_up_at timestamptz,
  finished_at timestamptz,
  unique (deployment_id, device_id),
  check (reason is not null or status not in ('failed', 'aborted')),
  check ((finished_at is not null) = (status in ('success', 'failed', 'aborted')))
);
-- One update at a time on a device.
create unique index device_update_at_work on device_update (device_id) where status = 'in_progress';
create index device_update_open on device_update (device_id, deployment_id) where status in ('pending', 'in_progress');
create index device_update_device on device_update (device_id, id desc);

create table update_step (
  update_id bigint not null references device_update,
  attempt integer not null,
  -- Its place in the flow, from 0.
  step integer not null,
  status text not null check (status in ('started', 'success', 'failed')),
  tries integer not null default 1,
  exit_code integer,
  message text,
  started_at timestamptz not null default tideway_now(),
  finished_at timestamptz,
  primary key (update_id, attempt, step)
);

create table idempotency_key (
  account_id bigint not null references account,
  key text not null,
  -- SHA-256 of the order without its token.
  order_sha256 bytea not null,
  -- Filled in before the commit of the transaction that inserted the row.
  answer jsonb,
  created_at timestamptz not null default tideway_now(),
  primary key (account_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);
