// What the linter cannot say: who may import whom, and where chance is allowed (docs/design.md 1, 2).

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path);
    return /\.ts$/.test(entry.name) ? [path] : [];
  });
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Everything a file imports, as written. */
function importsOf(path: string): string[] {
  return [...read(path).matchAll(/^(?:import|export|\}).*?(?:from )?'([^']+)';$/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}

const services = readdirSync(join(ROOT, 'services'));
const isTest = (path: string): boolean => /\.test\.ts$|\/test\/|\/sim\//.test(path);

describe('nothing under services/ imports another service', () => {
  test.each(services)('%s', (service) => {
    const files = sources(join('services', service));
    expect(files.length).toBeGreaterThan(0);
    const crossing = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('@hexapod/service-') || leaves(file, name, service))
        .map((name) => `${file}: ${name}`),
    );
    expect(crossing).toEqual([]);
  });
});

function leaves(file: string, name: string, service: string): boolean {
  if (!name.startsWith('.')) return false;
  const target = relative(ROOT, join(ROOT, file, '..', name));
  return target.startsWith('services/') && !target.startsWith(`services/${service}/`);
}

test('packages/protocol depends on nothing', () => {
  const outside = sources('packages/protocol/src')
    .filter((file) => !isTest(file))
    .flatMap((file) => importsOf(file).filter((name) => !name.startsWith('.')));
  expect(outside).toEqual([]);
});

test('packages never import services or tools', () => {
  const upwards = sources('packages').flatMap((file) =>
    importsOf(file).filter((name) =>
      /@hexapod\/(service-|devnet|cldi|codegen)|(services|tools)\//.test(name),
    ),
  );
  expect(upwards).toEqual([]);
});

test('only the outermost files of a service draw lots', () => {
  const drawing = services
    .flatMap((service) => sources(join('services', service, 'src')))
    .filter((file) => !isTest(file) && /Math\.random|randomBytes|randomInt|getRandomValues/.test(read(file)));
  const allowed = /\/(main|start|process|[a-z]+-attestor|host\/[^/]+)\.ts$/;
  expect(drawing.filter((file) => !allowed.test(file))).toEqual([]);
});
