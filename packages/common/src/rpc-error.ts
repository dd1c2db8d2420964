// The gRPC status codes and the error that carries one. No gRPC library is imported here, so a domain file may name them.

/** Status codes of gRPC, https://grpc.io/docs/guides/status-codes. */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type GrpcStatus = (typeof GrpcStatus)[keyof typeof GrpcStatus];

const names = new Map<number, string>(Object.entries(GrpcStatus).map(([name, code]) => [code, name]));

/** The name of a gRPC status code; `CODE_<n>` for a number outside the table. */
export function grpcStatusName(code: number): string {
  return names.get(code) ?? `CODE_${code}`;
}

/**
 * A gRPC failure. Thrown by a server's handler it is answered as it is: `grpcCode` with `details` as the text.
 * A client throws it when a call has finally failed.
 */
export class RpcError extends Error {
  readonly grpcCode: number;
  /** The text that goes over the wire, without the code's name. */
  readonly details: string;

  constructor(grpcCode: number, details: string, options?: { cause?: unknown; path?: string }) {
    const where = options?.path === undefined ? '' : `${options.path}: `;
    super(
      `${where}${grpcStatusName(grpcCode)}: ${details}`,
      options?.cause === undefined ? {} : { cause: options.cause },
    );
    this.name = 'RpcError';
    this.grpcCode = grpcCode;
    this.details = details;
  }
}
