/** Checks a manifest file against its class and says what is wrong, where, and what to do. */
import 'reflect-metadata';
import { checkerOf } from '@ic-host/contracts';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

/** One thing wrong with a manifest. */
export interface ManifestFault {
  file: string;
  /** JSON pointer into the file. */
  path: string;
  message: string;
}

export const faultText = ({ file, path, message }: ManifestFault): string => `${file} at ${path || '/'}: ${message}`;

function flatten(errors: ValidationError[], file: string, path: string): ManifestFault[] {
  return errors.flatMap((error) => {
    const at = `${path}/${error.property}`;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ file, path: at, message }));
    return [...own, ...flatten(error.children ?? [], file, at)];
  });
}

/** @returns the manifest as an instance, or what is wrong with it */
export function checkManifest<T extends object>(
  type: new () => T,
  value: unknown,
  file: string,
): { manifest: T } | { faults: ManifestFault[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { faults: [{ file, path: '', message: 'must be a JSON object' }] };
  const manifest = plainToInstance(type, value);
  // Says of nearly all, in a tenth of the time, that nothing is wrong; what is wrong is for all rules to say.
  if (checkerOf(type, { closed: true })(manifest) === undefined) return { manifest };
  const faults = flatten(validateSync(manifest, { whitelist: true, forbidNonWhitelisted: true }), file, '');
  return faults.length ? { faults } : { manifest };
}
