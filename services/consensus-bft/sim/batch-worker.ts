/** A thread that runs ranges of seeds. */
import { serveTasks } from '@hexapod/common/worker-tasks';
import * as core from '../src/core/core.ts';
import type { Range } from './batch.ts';
import { runRange } from './batch.ts';

serveTasks((range: Range) => runRange(range, core));
