// A log for clients that have none of their own: warnings about a node that is down are what the table shows anyway.

import type { Logger } from '@hexapod/common/log';

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
