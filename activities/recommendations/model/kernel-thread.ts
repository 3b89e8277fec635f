/** The program of a worker thread: runs one task per message, and replies with its result. */
import { parentPort } from 'node:worker_threads';
import { runTask, type Task } from './kernels.ts';

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(runTask(task));
});
