// How a second terminal talks to a running devnet: HTTP on loopback, `POST /<command>` with the token of the state file.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { SERVICES } from './layout.ts';
import type { DevnetState } from './state-file.ts';

export const RequestSchema = z.object({
  /** `kill` ends at once, as a power cut would; `stop-all` ends the devnet itself. */
  action: z.enum(['start', 'stop', 'kill', 'status', 'stop-all']),
  node: z.number().int().min(0).optional(),
  service: z.enum(SERVICES).optional(),
});
export type ControlRequest = z.infer<typeof RequestSchema>;

export type ControlHandler = (request: ControlRequest) => Promise<string>;

const MAX_BODY = 4096;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MAX_BODY) throw new Error('request too long');
  }
  return body;
}

export class ControlServer {
  readonly token = randomBytes(16).toString('hex');
  readonly #server: Server;

  constructor(handle: ControlHandler) {
    this.#server = createServer(async (request, response) => {
      const answer = (status: number, text: string): void => {
        response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
      };
      try {
        if (!this.#isAuthorized(request)) return answer(403, 'wrong token');
        answer(200, await handle(RequestSchema.parse(JSON.parse(await bodyOf(request)))));
      } catch (error) {
        answer(400, error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message);
      }
    });
  }

  #isAuthorized(request: IncomingMessage): boolean {
    const given = Buffer.from(String(request.headers.authorization ?? ''));
    const wanted = Buffer.from(`Bearer ${this.token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** Starts listening on a free port and returns it. */
  async start(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Sends a command to the devnet described by `state`. Throws with the devnet's own words when it refuses. */
export async function sendCommand(state: DevnetState, request: ControlRequest): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${state.control.port}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${state.control.token}` },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** Whether the devnet that wrote `state` still runs: it answers, and knows the token. */
export async function isRunning(state: DevnetState): Promise<boolean> {
  try {
    await sendCommand(state, { action: 'status' });
    return true;
  } catch {
    // Nobody listens there, or somebody else does: either way the devnet is gone.
    return false;
  }
}
