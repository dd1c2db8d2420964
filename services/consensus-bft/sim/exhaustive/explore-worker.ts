/** A thread that explores one small world. */
import { serveTasks } from '@hexapod/common/worker-tasks';
import * as core from '../../src/core/core.ts';
import type { Bounds } from './explore.ts';
import { explore } from './explore.ts';

serveTasks((bounds: Bounds) => explore(core, bounds));
