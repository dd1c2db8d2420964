// Certificates of the very kind of docs/protocol/cloud-config.md 9, made for one test.

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { TlsIdentity } from '../src/tls-wire.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const VALIDITY = { notBefore: new Date('1975-01-01T00:00:00Z'), notAfter: new Date('4096-01-01T00:00:00Z') };

cryptoProvider.set(webcrypto as Crypto);

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** With the line ends of the configuration tool. */
function pem(text: string): string {
  return `${text.trim().replace(/\r?\n/g, '\r\n')}\r\n`;
}

export class CertificateAuthority {
  readonly #certificate: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.#certificate = certificate;
    this.#keys = keys;
  }

  static async create(): Promise<CertificateAuthority> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...VALIDITY,
      name: 'O=Test, CN=CA',
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new CertificateAuthority(certificate, keys);
  }

  /** A certificate for `domain`; without a DNS name when it is empty. */
  async issue(domain: string): Promise<TlsIdentity> {
    const keys = await generateKeys();
    const names: ConstructorParameters<typeof SubjectAlternativeNameExtension>[0] =
      domain === '' ? [{ type: 'ip', value: '127.0.0.1' }] : [{ type: 'dns', value: domain }];
    const certificate = await X509CertificateGenerator.create({
      ...VALIDITY,
      subject: `O=Test, CN=${domain || 'nobody'}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new SubjectAlternativeNameExtension(names)],
    });
    const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      authority: pem(this.#certificate.toString('pem')),
      certificate: pem(certificate.toString('pem')),
      privateKey: pem(PemConverter.encode(privateKey, 'PRIVATE KEY')),
    };
  }
}
