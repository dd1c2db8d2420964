// What this node's certificate must be, told at the start and not by every peer's refusal
// (docs/protocol/cloud-config.md 9).

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { StartupError } from '@hexapod/common/startup-error';

export interface CertificateTexts {
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly domain: string;
}

/** Throws StartupError when the node cannot prove with these texts that it is `domain`. */
export function checkCertificates(texts: CertificateTexts): void {
  const authority = read('ca_cert', () => new X509Certificate(texts.authority));
  const certificate = read('cert', () => new X509Certificate(texts.certificate));
  const key = read<KeyObject>('priv_key', () => createPrivateKey(texts.privateKey));
  if (!certificate.checkPrivateKey(key))
    fail('priv_key does not belong to cert: take both from one certs/<domain>/ folder');
  if (!certificate.verify(authority.publicKey)) {
    fail(
      `cert was not signed by ca_cert (issuer ${oneLine(certificate.issuer)}, authority ${oneLine(authority.subject)})`,
    );
  }
  const names = dnsNames(certificate.subjectAltName);
  if (!names.includes(texts.domain)) {
    fail(`cert is for ${names.join(', ') || 'no DNS name'}, but domain = ${JSON.stringify(texts.domain)}`);
  }
}

/** The DNS names of a subject alternative name as Node prints it: `DNS:a, DNS:b, IP Address:…`. */
export function dnsNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((name) => (name.startsWith('DNS:') ? name.slice(4) : []));
}

function read<T>(key: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    return fail(
      `${key} cannot be read: ${cause instanceof Error ? cause.message : cause}: wanted the text of a PEM file`,
    );
  }
}

function fail(what: string): never {
  throw new StartupError(`[network_zenoh] ${what}`);
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}
