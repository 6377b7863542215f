/** A secret kept outside of the host: read when it is needed and stored nowhere. */
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { AdapterError } from '@ic-host/contracts';

export type SecretReference = { env: string } | { file: string };

export const isReference = (value: unknown): value is SecretReference =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  (typeof (value as { env?: unknown }).env === 'string' || typeof (value as { file?: unknown }).file === 'string');

const isWithin = (folder: string, file: string): boolean => {
  const path = relative(folder, file);
  return path === '' || !(path === '..' || path.startsWith('../') || isAbsolute(path));
};

/** Whatever they hold is the machine's. */
const NEVER = ['/proc', '/sys', '/dev'];

/**
 * Whoever may configure a biller names its partner's address, too, so a reference must not reach the host's own secrets.
 * @param dataDir the host's
 * @returns why it isn't followed, in words
 */
export function referenceProblem(reference: SecretReference, dataDir: string): string | undefined {
  if ('env' in reference)
    return /^(IC_HOST_|OTEL_|PG)/.test(reference.env) ? `${reference.env} is the host's own` : undefined;
  if (!isAbsolute(reference.file)) return 'the file must be named by its whole path';
  let file = resolve(reference.file);
  try {
    file = realpathSync(file);
  } catch {
    // it isn't there yet
  }
  if (isWithin(resolve(dataDir), file) || NEVER.some((folder) => isWithin(folder, file)))
    return `${reference.file} is the host's own`;
  const folders = (process.env.IC_HOST_SECRET_FOLDERS ?? '').split(':').filter(Boolean);
  if (folders.length && !folders.some((folder) => isWithin(resolve(folder), file)))
    return `${reference.file} is in none of the folders of IC_HOST_SECRET_FOLDERS`;
  return undefined;
}

/**
 * @param name of what it is the secret of
 * @throws AdapterError `misconfigured` when its source is gone, or must not be read
 */
export function readReference(reference: SecretReference, name: string, dataDir: string): string {
  const problem = referenceProblem(reference, dataDir);
  if (problem) throw new AdapterError('misconfigured', `${name}: ${problem}`, { code: 'secret-source-refused' });
  try {
    const text = 'env' in reference ? process.env[reference.env] : readFileSync(reference.file, 'utf8');
    if (text) return text.replace(/\r?\n$/, '');
  } catch {
    // said below
  }
  throw new AdapterError('misconfigured', `the setting ${name} can't be read from where it is kept`, {
    code: 'secret-source-gone',
  });
}
