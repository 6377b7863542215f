/** The option `tls` of a biller: a certificate to show and certificates to trust, by reference alone. */
import type { TlsIdentity } from '../egress/tls-identity.js';
import { isReference, type SecretReference } from './secret-reference.js';

const PARTS = { certificate: 'cert', key: 'key', ca: 'ca' } as const satisfies Record<string, keyof TlsIdentity>;
type Part = keyof typeof PARTS;

export type TlsOption = Partial<Record<Part, SecretReference>>;

/** @throws Error in words */
export function readTls(value: unknown): TlsOption {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('the option tls must be { certificate, key, ca }, each { "file": … } or { "env": … }');
  for (const [name, part] of Object.entries(value)) {
    if (!(name in PARTS)) throw new Error(`the option tls has no part ${name}`);
    if (!isReference(part)) throw new Error(`tls.${name} must be { "file": "/path" } or { "env": "NAME" }`);
  }
  if ('certificate' in value !== 'key' in value) throw new Error('tls needs certificate and key, or neither');
  return value;
}

/** @param read gives what a reference points to */
export function tlsIdentity(
  option: TlsOption,
  read: (reference: SecretReference, name: string) => string,
): TlsIdentity {
  const parts = Object.entries(option) as [Part, SecretReference][];
  return Object.fromEntries(parts.map(([name, reference]) => [PARTS[name], read(reference, `tls.${name}`)]));
}
