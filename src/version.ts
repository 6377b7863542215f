/** The host's own version, as its package says. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = join(dirname(fileURLToPath(import.meta.url)), '../../package.json');
export const HOST_VERSION: string = JSON.parse(readFileSync(file, 'utf8')).version;
