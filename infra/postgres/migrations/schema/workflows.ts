// Workers insert rows when a workflow task fails, and the sweep deletes them; Temporal's own record of failing tasks can't be searched.
export const workflows = `
create table failing_workflows (
  run_id text primary key,
  workflow_id text not null,
  workflow_type text not null,
  first_failed_at timestamptz not null default now(),
  last_failed_at timestamptz not null default now(),
  failures integer not null,
  cause text not null
);`;
