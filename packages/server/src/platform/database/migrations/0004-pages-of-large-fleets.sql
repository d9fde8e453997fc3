-- Pages of a project's devices begin where they begin, however many devices the other projects have.
create index device_of_project on device (project_id, id) where deleted_at is null;
-- What a deleted device has left behind is found by its id as well.
create index device_tombstone on device (project_id, public_id) where deleted_at is not null;
-- The few updates that people look for among a million; an order and a success write nothing here.
create index device_update_failed on device_update (deployment_id, status, device_id) where status in ('failed', 'aborted');
