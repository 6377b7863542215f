/** The biller's option `inbox`: where its partner drops invoice files. */
import { isAbsolute } from 'node:path';
import { isReference, type SecretReference } from './secret-reference.js';

export type Inbox =
  | { kind: 'folder'; folder: string }
  | {
      kind: 'sftp';
      host: string;
      port: number;
      user: string;
      folder: string;
      /** `SHA256:…`, as ssh-keygen prints it: no other server is spoken to. */
      hostKey: string;
      password?: SecretReference;
      privateKey?: SecretReference;
    };

const KEYS = new Set(['url', 'hostKey', 'password', 'privateKey']);

/**
 * An absolute folder, or `{ url: "sftp://user@host:port/folder", hostKey: "SHA256:…", password | privateKey }`.
 * @throws Error in words
 */
export function readInbox(value: unknown): Inbox {
  if (typeof value === 'string') {
    if (!isAbsolute(value)) throw new Error('inbox must be an absolute folder, or an object with an sftp:// URL');
    return { kind: 'folder', folder: value };
  }
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !KEYS.has(key));
  if (unknown) throw new Error(`inbox has no part ${unknown}`);
  const { url: text, hostKey, password, privateKey } = given;
  if (typeof text !== 'string' || !URL.canParse(text) || new URL(text).protocol !== 'sftp:')
    throw new Error('inbox.url must be sftp://user@host/folder');
  const url = new URL(text);
  if (!url.username || url.password) throw new Error('inbox.url must name the user, and not the password');
  if (typeof hostKey !== 'string' || !/^SHA256:[A-Za-z0-9+/]{43}$/.test(hostKey))
    throw new Error('inbox.hostKey must be the server’s fingerprint: SHA256:…, as ssh-keygen -l prints it');
  const secret = password ?? privateKey;
  if ((password === undefined) === (privateKey === undefined) || !isReference(secret))
    throw new Error('inbox needs a password or a privateKey, as { "env": "NAME" } or { "file": "/path" }');
  return {
    kind: 'sftp',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 22),
    user: decodeURIComponent(url.username),
    folder: decodeURIComponent(url.pathname) || '/',
    hostKey,
    ...(password ? { password: secret } : { privateKey: secret }),
  };
}
