/** A node of ours beside four originals: it sees what they said to each other, and follows. */
import { VirtualClock } from '@hexapod/common/clock';
import { inProcessClient } from '@hexapod/common/in-process-client';
import { silentLog } from '@hexapod/common/log';
import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { Consensus2ControllerService } from '@hexapod/protocol/controller';
import { CryptoService } from '@hexapod/protocol/crypto';
import { NetworkService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { expect, test } from 'vitest';
import { decodeLeaderVote } from '../src/codec/wire-messages.ts';
import { Consensus } from '../src/host/consensus.ts';
import { Journal } from '../src/host/journal.ts';
import { SignGuard } from '../src/host/sign-guard.ts';
import { answersOf, FakeController, MemoryDisk, MemoryLog, optionsOf } from './node-in-process.ts';
import { recordedMessages, recordedProofs } from './recorded.ts';

test('an observer beside original validators commits each block by their proposal and decision', async () => {
  const suite = await loadSuite('sm');
  const clock = new VirtualClock();
  const key = new Uint8Array(32).fill(3);
  const address = suite.address(suite.publicKey(key));
  const proofs = recordedProofs();
  const validatorsOf = (height: number): Uint8Array[] =>
    (proofs.find((block) => block.height === BigInt(height))?.validators ?? []).map(fromHex);

  let height = 0;
  const committed = new Map<number, string>();
  const configuration = () => ({
    height: BigInt(height),
    blockInterval: 1,
    validators: validatorsOf(height + 1),
  });
  const answers = answersOf(new FakeController(suite, clock, address), suite, key);
  const disk = new MemoryDisk();
  const sent: string[] = [];
  const consensus = new Consensus(optionsOf(toHex(address)), {
    clock,
    log: silentLog,
    journal: new Journal(new MemoryLog(), silentLog),
    guard: await SignGuard.open('/guard', false, disk),
    crypto: inProcessClient(CryptoService, answers.crypto),
    chain: { getBlockHash: () => Promise.reject(new Error('nobody asks')) },
    network: inProcessClient(NetworkService, {
      ...answers.network,
      broadcast({ type }) {
        sent.push(type);
        return { code: Code.Success };
      },
    }),
    controller: inProcessClient(Consensus2ControllerService, {
      ...answers.controller,
      commitBlock({ proposal }) {
        const wanted = proposal?.height ?? 0n;
        if (wanted === BigInt(height + 1)) {
          height += 1;
          committed.set(height, toHex(proposal?.data ?? key));
        }
        return { status: { code: Code.Success }, config: configuration() };
      },
    }),
  });
  void consensus.start();
  await clock.advanceAsync(10);

  let synced = 0;
  for (const { type, bytes } of recordedMessages()) {
    // Where the recording has a gap, because the recorded node was down, the controller would have synced.
    const next = type.startsWith('lpre') ? Number(decodeLeaderVote(bytes).height) : 0;
    if (next > height + 1) {
      synced += next - height - 1;
      height = next - 1;
      consensus.reconfigure(configuration());
      await clock.advanceAsync(1);
    }
    consensus.processMessage({ module: 'consensus', type, origin: 7n, msg: bytes });
    await clock.advanceAsync(1);
  }

  expect(committed.size + synced).toBeGreaterThanOrEqual(230);
  expect(committed.size).toBeGreaterThan(170);
  for (const [at, data] of committed) {
    expect(data, `height ${at}`).toBe(
      toHex(proofs.find((block) => block.height === BigInt(at))?.data ?? key),
    );
  }
  // It has no voice and keeps silent; it may ask for a block.
  expect(new Set(sent)).toEqual(new Set(sent.filter((type) => type === 'fetch')));
  expect(consensus.figures.alarms).toBe(0);
  await consensus.stop();
});
