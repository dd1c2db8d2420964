// Every bound of this process in one place: whatever a peer, a module or a caller does, memory and time end here.

const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS = {
  // ---- links
  /** Of PB(NetworkMsg): as the bound of a gRPC message, so what was taken from a process can be given to one. */
  messageBytes: 256 * MIB,
  /** Larger messages travel in parts of this size, so that an urgent one waits for one part at most. */
  chunkBytes: 64 * KIB,
  /** A part and what is around it. */
  frameBytes: 64 * KIB + 64,
  /** Before the peer has proved who it is, it may say only this much at once. */
  handshakeFrameBytes: 4 * KIB,
  /** Messages above this size go one after the other on a link, so that the receiver never holds many half ones. */
  largeBytes: 32 * MIB,
  /** What one link may have received in part: a largest message, and one of `largeBytes` on each other stream. */
  assemblyBytesPerLink: 384 * MIB,
  assemblyBytes: 1024 * MIB,
  /** How much is collected into one write. */
  batchBytes: 64 * KIB,
  /** Bytes handed to the socket and not yet taken by the system: beyond, messages wait where they can be overtaken. */
  unsentBytes: 256 * KIB,

  // ---- queues
  /** Towards one peer. */
  outgoingMessages: 16_384,
  outgoingBytes: 320 * MIB,
  /** Towards all peers; a broadcast counts once. */
  outgoingBytesTotal: 1024 * MIB,
  /** From one peer towards one module. */
  incomingMessages: 8192,
  incomingBytes: 320 * MIB,
  incomingBytesTotal: 1024 * MIB,
  /** Calls of ProcessNetworkMsg to one module at a time. */
  deliveries: 32,
  deliveryBytes: 64 * MIB,

  // ---- peers
  links: 256,
  /** From `peers` of the file and AddNode together. */
  knownPeers: 1024,
  /** Dials at a time. */
  dials: 32,
  /** Connections that have not finished their handshake; the oldest gives way to a new one. */
  pendingConnections: 64,

  // ---- time, ms
  handshakeMs: 10_000,
  resolveMs: 2_000,
  /** Waits between dials of a peer; the last one repeats (docs/protocol/network.md 8). */
  redialMs: [1_000, 2_000, 4_000],
  /** A link that lived this long was a good one: its loss starts the waits from the beginning. */
  stableMs: 10_000,
  /** A peer that takes nothing for this long is cut, though it may still talk. */
  stallMs: 30_000,
  /** A second connection of a linked peer casts doubt on the first: it has this long to show life. */
  probeMs: 2_000,
  /** Leases outside are not believed. */
  shortestLeaseMs: 1_000,
  longestLeaseMs: 600_000,
  /** The same warning is written once in this time, with a count. */
  repeatMs: 10_000,
} as const;
