// The messages of proto/ as protobufjs reads them: the second opinion about our codecs, and arbitrary values for them.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import protobuf from 'protobufjs';

const PROTO_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));

const root = new protobuf.Root();
root.resolvePath = (_, target) => join(PROTO_FOLDER, target);
root.loadSync(globSync('**/*.proto', { cwd: PROTO_FOLDER }).sort()).resolveAll();

function declared(namespace: protobuf.NamespaceBase): protobuf.ReflectionObject[] {
  return namespace.nestedArray.flatMap((item) =>
    item instanceof protobuf.Namespace ? [item, ...declared(item)] : [item],
  );
}

const withoutDot = (item: protobuf.ReflectionObject) => item.fullName.replace(/^\./, '');

/** Every message type by full name. */
export const types: ReadonlyMap<string, protobuf.Type> = new Map(
  declared(root)
    .filter((item) => item instanceof protobuf.Type)
    .map((type) => [withoutDot(type), type]),
);

/** By full name. Throws for a name that no message has. */
export function typeOf(name: string): protobuf.Type {
  const type = types.get(name);
  if (!type) throw new Error(`proto/ has no message ${name}`);
  return type;
}

/** Path of every rpc, with the full names of its messages. */
export const rpcs: readonly { path: string; request: string; response: string }[] = declared(root)
  .filter((item) => item instanceof protobuf.Service)
  .flatMap((service) =>
    service.methodsArray.map((method) => ({
      path: `/${withoutDot(service)}/${method.name}`,
      request: nameOf(method.resolvedRequestType),
      response: nameOf(method.resolvedResponseType),
    })),
  );

function nameOf(type: protobuf.Type | null): string {
  if (!type) throw new Error('a method without a message type');
  return withoutDot(type);
}

/** A message in the form of our codecs. */
export type OurMessage = Record<string, unknown>;

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  uint32: fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  uint64: fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 64n - 1n)),
  bool: fc.boolean(),
  string: fc.string({ unit: 'binary', maxLength: 50 }),
  bytes: fc.uint8Array({ maxLength: 40 }),
};

/** Any value of a message type, defaults and empty submessages among them. */
export function arbitraryOf(type: protobuf.Type): fc.Arbitrary<OurMessage> {
  const properties: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray) {
    if (field.partOf) {
      const members = field.partOf.fieldsArray.map((member) =>
        fc.record(
          { case: fc.constant(member.name), value: arbitraryElement(member) },
          { noNullPrototype: true },
        ),
      );
      properties[field.partOf.name] = fc.option(fc.oneof(...members), { nil: undefined });
    } else if (field.repeated) {
      properties[field.name] = fc.array(arbitraryElement(field), { maxLength: 3 });
    } else if (field.resolvedType instanceof protobuf.Type) {
      properties[field.name] = fc.option(arbitraryElement(field), { nil: undefined });
    } else {
      properties[field.name] = arbitraryElement(field);
    }
  }
  return fc.record(properties, { noNullPrototype: true });
}

function arbitraryElement(field: protobuf.Field): fc.Arbitrary<unknown> {
  if (field.resolvedType instanceof protobuf.Type) return arbitraryOf(field.resolvedType);
  if (field.resolvedType instanceof protobuf.Enum) {
    return fc.constantFrom(...Object.values(field.resolvedType.values));
  }
  const scalar = SCALARS[field.type];
  if (!scalar) throw new Error(`no values for type ${field.type} of ${field.fullName}`);
  return scalar;
}

/**
 * The same message as protobufjs wants it for `fromObject`. It writes whatever is there, so what the canonical encoding
 * leaves out is left out here.
 */
export function toPeer(type: protobuf.Type, message: OurMessage): Record<string, unknown> {
  const peer: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = field.partOf ? chosen(message, field) : message[field.name];
    if (value === undefined) continue;
    if (field.repeated)
      peer[field.name] = (value as unknown[]).map((element) => toPeerElement(field, element));
    else if (field.partOf || !isDefault(value)) peer[field.name] = toPeerElement(field, value);
  }
  return peer;
}

function chosen(message: OurMessage, field: protobuf.Field): unknown {
  const member = message[field.partOf?.name ?? ''] as { case: string; value: unknown } | undefined;
  return member?.case === field.name ? member.value : undefined;
}

function isDefault(value: unknown): boolean {
  return value instanceof Uint8Array
    ? value.length === 0
    : value === 0 || value === 0n || value === '' || value === false;
}

function toPeerElement(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Type) return toPeer(field.resolvedType, value as OurMessage);
  return typeof value === 'bigint' ? String(value) : value;
}

/** A message that protobufjs decoded, in the form of our codecs. */
export function fromPeer(type: protobuf.Type, peer: object): OurMessage {
  const message: OurMessage = {};
  for (const field of type.fieldsArray) {
    const isThere = Object.hasOwn(peer, field.name);
    const value: unknown = Reflect.get(peer, field.name);
    if (field.partOf) {
      message[field.partOf.name] ??= undefined;
      if (isThere) {
        message[field.partOf.name] = { case: field.name, value: fromPeerElement(field, value) };
      }
    } else if (field.repeated) {
      message[field.name] = (value as unknown[]).map((value) => fromPeerElement(field, value));
    } else if (field.resolvedType instanceof protobuf.Type && !isThere) {
      message[field.name] = undefined;
    } else {
      message[field.name] = fromPeerElement(field, value);
    }
  }
  return message;
}

function fromPeerElement(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Type) return fromPeer(field.resolvedType, value as object);
  if (field.type === 'uint64') return BigInt(String(value));
  return field.type === 'bytes' ? Uint8Array.from(value as Iterable<number>) : value;
}
