// npm run codegen: writes the modules of packages/protocol/src that come from proto/.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateAll } from './project.ts';

const outputFolder = fileURLToPath(new URL('../../../packages/protocol/src', import.meta.url));

mkdirSync(outputFolder, { recursive: true });
for (const [fileName, text] of generateAll()) {
  writeFileSync(join(outputFolder, fileName), text);
  process.stdout.write(`packages/protocol/src/${fileName}\n`);
}
