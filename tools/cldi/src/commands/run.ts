import type { Tool } from '../session.ts';

/** Runs a command with the setting that the options in front of it make. */
export type Run = (action: (tool: Tool) => Promise<void>) => Promise<void>;
