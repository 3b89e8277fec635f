// Written by the worker that sees a workflow task fail, cleared by the sweep; what Temporal itself keeps of it can't be searched for.
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
