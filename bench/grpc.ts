// Our gRPC kit beside the bare library: how much it costs for small messages, and what its wider window gains for large ones.
// Raw grpc-js against @hexapod/common, in turns within one run. Server and client are threads of this process.
// Usage: node bench/grpc.ts [seconds per turn]

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { connect } from '@hexapod/common/grpc-client';
import { type Codec, identity } from '@hexapod/common/grpc-method';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { silentLog } from '@hexapod/common/log';
import { Metrics } from '@hexapod/common/metrics';

const ROUNDS = 5;
/** What is sent and sent back, and by how many callers at a time. */
const LOADS = [
  { bytes: 200, callers: 32 },
  { bytes: 1024 * 1024, callers: 1 },
] as const;
type Load = (typeof LOADS)[number];
const PATH = '/bench.EchoService/Echo';

const bytesCodec: Codec<Uint8Array> = identity;
const EchoService = {
  name: 'bench.EchoService',
  methods: { echo: { path: PATH, request: bytesCodec, response: bytesCodec } },
} as const;

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Runs in a thread: starts one of the servers and tells its port. */
async function serve(kind: Kind): Promise<void> {
  if (kind === 'kit') {
    const server = new GrpcServer({ host: '127.0.0.1', port: 0, log: silentLog, metrics: new Metrics() });
    server.add(EchoService, { echo: (request) => request });
    parentPort?.postMessage(await server.start());
    return;
  }
  const server = new Server();
  const definition = {
    path: PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: asBuffer,
    requestDeserialize: identity.decode,
    responseSerialize: asBuffer,
    responseDeserialize: identity.decode,
  } as const;
  server.addService(
    { echo: definition },
    { echo: (call: { request: Uint8Array }, respond: Respond) => respond(null, call.request) },
  );
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    parentPort?.postMessage(port);
  });
}

type Kind = 'raw' | 'kit';
type Respond = (error: null, response: Uint8Array) => void;
type Echo = (body: Uint8Array) => Promise<unknown>;

function rawClient(port: number): Echo {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return (body) =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata();
      metadata.set('client-name', 'bench');
      client.makeUnaryRequest(PATH, asBuffer, identity.decode, body, metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
}

function kitClient(port: number): Echo {
  const client = connect(EchoService, { address: `127.0.0.1:${port}`, clientName: 'bench', log: silentLog });
  return (body) => client.echo(body);
}

interface Turn {
  readonly callsPerSecond: number;
  /** Of client and server together, which share this process. */
  readonly cpuMicros: number;
}

interface Side {
  readonly name: string;
  readonly echo: Echo;
}

async function side(name: string, server: Kind, client: (port: number) => Echo): Promise<Side> {
  const worker = new Worker(new URL(import.meta.url), { workerData: server });
  worker.unref();
  const port = await new Promise<number>((resolve, reject) =>
    worker.once('message', resolve).once('error', reject),
  );
  return { name, echo: client(port) };
}

/** Calls for so long. */
async function measure(echo: Echo, { bytes, callers }: Load, ms: number): Promise<Turn> {
  const body = new Uint8Array(bytes).fill(7);
  let calls = 0;
  const start = performance.now();
  const cpu = process.cpuUsage();
  const caller = async () => {
    while (performance.now() - start < ms) {
      await echo(body);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(cpu);
  return { callsPerSecond: (calls / (performance.now() - start)) * 1000, cpuMicros: (user + system) / calls };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** A table of all sides, which take turns. */
async function compare(sides: readonly Side[], load: Load, ms: number): Promise<void> {
  const turns = sides.map((): Turn[] => []);
  for (const { echo } of sides) await measure(echo, load, ms / 2);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { echo }] of sides.entries()) turns[index]?.push(await measure(echo, load, ms));
  }
  const medians = turns.map((own) => ({
    speed: median(own.map(({ callsPerSecond }) => callsPerSecond)),
    cpu: median(own.map(({ cpuMicros }) => cpuMicros)),
  }));
  const base = medians[0] ?? { speed: Number.NaN, cpu: Number.NaN };
  const rows = medians.map(({ speed, cpu }, index) => [
    sides[index]?.name,
    {
      'calls/s': Math.round(speed),
      'ms/call': +((1000 * load.callers) / speed).toFixed(2),
      ratio: +(speed / base.speed).toFixed(2),
      'CPU µs/call': Math.round(cpu),
      'CPU ratio': +(cpu / base.cpu).toFixed(2),
    },
  ]);
  console.log(
    `echo of ${load.bytes} bytes, ${load.callers} at a time, median of ${ROUNDS} turns of ${ms} ms`,
  );
  console.table(Object.fromEntries(rows));
}

async function main(): Promise<void> {
  const ms = Number(process.argv[2] ?? 2) * 1000;
  const sides = [
    await side('grpc-js both sides', 'raw', rawClient),
    await side('our server, grpc-js client', 'kit', rawClient),
    await side('grpc-js server, our client', 'raw', kitClient),
    await side('ours both sides', 'kit', kitClient),
  ];
  for (const load of LOADS) await compare(sides, load, ms);
  process.exit(0);
}

if (isMainThread) await main();
else await serve(workerData);
