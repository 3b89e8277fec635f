export const SWEEP_SCHEDULE_ID = 'overdue-sweep';
export const AUDIT_SCHEDULE_ID = 'nightly-audit';
