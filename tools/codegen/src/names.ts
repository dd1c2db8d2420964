// How things of proto/ are called in TypeScript.

/** Modules whose name is not that of their file. */
const MODULE_NAMES: Readonly<Record<string, string>> = { 'status_code.proto': 'code' };

/** Enums that go by another name than on paper. */
const ENUM_NAMES: Readonly<Record<string, string>> = { Regions: 'Region', StatusCodeEnum: 'Code' };

/** `vm/evm.proto` is `evm`, `health_check.proto` is `health-check`. */
export function moduleName(protoPath: string): string {
  const fileName = protoPath.slice(protoPath.lastIndexOf('/') + 1);
  return MODULE_NAMES[fileName] ?? fileName.replace(/\.proto$/, '').replaceAll('_', '-');
}

export function enumName(name: string): string {
  return ENUM_NAMES[name] ?? name;
}

/** `transactions_root` is `transactionsRoot`, `All_BLOCK_DATA` is `allBlockData`; `NoneWitness` stays. */
export function valueName(name: string): string {
  return /^[A-Z0-9]+$|_/.test(name) ? camelCase(name) : name;
}

export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `GetBlockNumber` is `getBlockNumber`. */
export function methodKey(rpc: string): string {
  return rpc.charAt(0).toLowerCase() + rpc.slice(1);
}
