/** The workflow that trains, publishes and rolls back: there is one, under this id, and whoever asks for a retraining asks it. */
export const RETRAINING_ID = 'recommendation-retraining';
export const RETRAINING_SCHEDULE_ID = 'nightly-recommendation-retraining';
export const RETRAINING_QUEUE = 'recommendations';
