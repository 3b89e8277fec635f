/** The program of a worker thread: one task a message, answered when it is done. */
import { parentPort } from 'node:worker_threads';
import { runTask, type Task } from './kernels.ts';

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(runTask(task));
});
