// What this process refuses for its size, not for what it says: there is no status code of the protocol for it.

/** More than this process is willing to keep: RESOURCE_EXHAUSTED at the gRPC edge, which callers may retry. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';

  /** @param what is full, with its bound. */
  constructor(what: string) {
    super(`too busy: ${what}; try again later`);
  }
}

/** Something that no link would carry: INVALID_ARGUMENT at the gRPC edge. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(what: string, bytes: number, limit: number) {
    super(`the ${what} has ${bytes} bytes, at most ${limit} are accepted`);
  }
}
