// What stops a service from starting for a reason its operator can mend: shown as plain text, without a stack, exit code 1.

/** The message says which file, table, key, folder or port is wrong, and what to do. */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}

/** A port this process wants to listen on belongs to somebody else. */
export class PortTakenError extends StartupError {
  override readonly name = 'PortTakenError';
  readonly port: number;

  constructor(what: string, host: string, port: number, waitedMs: number) {
    super(
      `the ${what} port ${host}:${port} is in use by another process (tried for ${Math.round(waitedMs / 1000)} s): ` +
        'stop that process or change the port in the config file',
    );
    this.port = port;
  }
}
