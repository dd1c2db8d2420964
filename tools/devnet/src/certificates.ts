// The chain's certificate authority and the nodes' certificates: ECDSA P-256 with SHA-256, X.509 v3, PEM with CR LF,
// keys in PKCS#8 (docs/protocol/cloud-config.md 9).

import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ORGANIZATION = 'Hexapod';
const NOT_BEFORE = new Date('1975-01-01T00:00:00Z');
const NOT_AFTER = new Date('4096-01-01T00:00:00Z');

cryptoProvider.set(webcrypto as Crypto);

export interface CertificatePem {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Authority extends CertificatePem {
  /** A certificate for `domain`, signed by this authority. */
  issue(domain: string): Promise<CertificatePem>;
}

const crlf = (pem: string): string => `${pem.trim().replace(/\r?\n/g, '\r\n')}\r\n`;

/** A positive 16-byte serial number, in hex. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function pemPair(certificate: X509Certificate, key: CryptoKey): Promise<CertificatePem> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return {
    certificate: crlf(certificate.toString('pem')),
    privateKey: crlf(PemConverter.encode(pkcs8, 'PRIVATE KEY')),
  };
}

/** Makes a new certificate authority for one chain. */
export async function createAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `O=${ORGANIZATION}, CN=CA`,
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    ...(await pemPair(certificate, keys.privateKey)),
    async issue(domain) {
      const nodeKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const issued = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `O=${ORGANIZATION}, CN=${domain}`,
        issuer: certificate.subject,
        notBefore: NOT_BEFORE,
        notAfter: NOT_AFTER,
        publicKey: nodeKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: domain }])],
      });
      return pemPair(issued, nodeKeys.privateKey);
    },
  };
}
