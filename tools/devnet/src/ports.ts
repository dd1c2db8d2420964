// Are the ports of a devnet free? Asked before anything is started, so that a clash is told once and clearly.

import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long a taken port is waited for, in ms: the default ports lie in the range from which a system takes ports for
 * outgoing connections, so a clash may pass by itself.
 */
const PATIENCE = 10_000;
const RETRY = 250;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '0.0.0.0', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Waits until all ports are free. Throws, naming those that stay taken and what they are for. */
export async function waitForPorts(
  ports: readonly { port: number; purpose: string }[],
  tell: (text: string) => void,
): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  let taken = ports;
  for (let told = false; ; told = true) {
    const free = await Promise.all(taken.map(({ port }) => isFree(port)));
    taken = taken.filter((_, index) => !free[index]);
    if (taken.length === 0) return;
    const list = taken.map(({ port, purpose }) => `${port} (${purpose})`);
    const text =
      list.length > 4 ? `${list.slice(0, 4).join(', ')} and ${list.length - 4} more` : list.join(', ');
    if (performance.now() > deadline) {
      throw new Error(
        `taken by another program for ten seconds: port ${text}. Stop it, or choose another --base-port`,
      );
    }
    if (!told) tell(`waiting for port ${text}: taken by another program`);
    await sleep(RETRY);
  }
}
