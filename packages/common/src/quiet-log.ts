// A log that writes nothing and loads nothing: for tools of a person at a terminal, whom an error is told directly.

import type { Logger } from './log.ts';

const nothing = (): void => undefined;

export const quietLog: Logger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  child: () => quietLog,
  isLevelEnabled: () => false,
};
