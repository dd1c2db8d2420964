// A thread that checks transactions and hashes for task-pool.ts. It knows the suite, not the key.

import { workerData } from 'node:worker_threads';
import { serveTasks } from '@hexapod/common/worker-tasks';
import { isSuiteName, loadSuite } from '@hexapod/crypto/suite';
import { perform, type Task } from './tasks.ts';

const name = String(workerData);
if (!isSuiteName(name)) throw new Error(`there is no suite ${name}`);
const suite = await loadSuite(name);

serveTasks((task: Task) => perform(suite, task));
