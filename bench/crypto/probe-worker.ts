// Calls a crypto process for the hash of 32 bytes, one call after the other with a pause between, from `start` to `stop`; answers
// how long each has taken, ms, ascending.

import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { Z32 } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';

const PAUSE_MS = 2;

const client = connect(CryptoService, { address: String(workerData), log: quietLog });
let latencies: number[] = [];
let isCalling = false;

async function call(): Promise<void> {
  isCalling = true;
  while (isCalling) {
    const start = performance.now();
    await client.hashData({ data: Z32 });
    latencies.push(performance.now() - start);
    await setTimeout(PAUSE_MS);
  }
}

// The first call makes the connection.
await client.hashData({ data: Z32 });
let calling: Promise<void> = Promise.resolve();
parentPort?.on('message', async (message: 'start' | 'stop') => {
  if (message === 'start') {
    latencies = [];
    calling = call();
    return;
  }
  isCalling = false;
  await calling;
  parentPort?.postMessage(latencies.sort((a, b) => a - b));
});
parentPort?.postMessage('ready');
