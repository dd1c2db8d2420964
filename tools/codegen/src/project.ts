// The .proto files of the project, and the modules that come from them.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateModule, type ProtoFiles } from './generate.ts';
import { moduleName } from './names.ts';
import { parseProto } from './parse.ts';

const PROTO_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));

function readProtoFiles(folder: string): ProtoFiles {
  const paths = globSync('**/*.proto', { cwd: folder }).sort();
  return new Map(paths.map((path) => [path, parseProto(readFileSync(join(folder, path), 'utf8'), path)]));
}

/** File name and text of every generated module. Throws with file and line for what is wrong in proto/. */
export function generateAll(folder = PROTO_FOLDER): Map<string, string> {
  const files = readProtoFiles(folder);
  return new Map([...files.keys()].map((path) => [`${moduleName(path)}.ts`, generateModule(path, files)]));
}
