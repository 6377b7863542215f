/**
 * Takes from a worker what an adapter must not have: environment, files, processes, and every way to the network but
 * the host's own. It keeps a faulty or careless adapter in its place; it is no wall against one that was written to
 * break out of JavaScript itself. Loaded before anything else, so it imports nothing but Node.
 */
import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What computes and nothing more. */
const ALLOWED = new Set([
  ...['assert', 'assert/strict', 'async_hooks', 'buffer', 'crypto', 'events', 'path', 'path/posix', 'perf_hooks'],
  ...['punycode', 'querystring', 'stream', 'stream/promises', 'stream/web', 'string_decoder', 'timers'],
  ...['timers/promises', 'url', 'util', 'util/types', 'zlib'],
]);

const NETWORK = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'BroadcastChannel', 'Worker'];
const PROCESS = ['binding', '_linkedBinding', 'dlopen', 'kill', 'abort', 'report', 'mainModule', 'openStdin'];

const isBuiltin = (url: string): boolean => url.startsWith('node:');

/** @returns locks: from then on only what is allowed is loaded */
export function prepareLockDown(folder: string): () => void {
  let isLocked = false;
  const axios = import.meta.resolve('axios');
  const browserAxios = new URL('./dist/esm/axios.js', axios).href;
  const browserAxiosRequired = new URL('./dist/browser/axios.cjs', axios).href;
  const roots = [folder, dirname(dirname(fileURLToPath(import.meta.resolve('@ic-host/contracts'))))].map(
    (root) => realpathSync(root) + sep,
  );
  const mayLoad = (url: string): boolean => {
    if (isBuiltin(url)) return ALLOWED.has(url.slice('node:'.length));
    if (!url.startsWith('file:')) return url.startsWith('data:');
    let file: string;
    try {
      file = realpathSync(fileURLToPath(url));
    } catch {
      return false; // not there, which is nobody's to find out
    }
    return roots.some((root) => file.startsWith(root)) || file.includes(`${sep}node_modules${sep}`);
  };
  registerHooks({
    resolve(specifier, context, nextResolve) {
      // axios for browsers knows no way to the network but the one it is given.
      if (specifier === 'axios')
        return {
          url: context.conditions.includes('require') ? browserAxiosRequired : browserAxios,
          shortCircuit: true,
        };
      const refused = () =>
        Object.assign(new Error(`an isolated adapter may not load ${specifier}`), { code: 'ERR_ISOLATED' });
      // Whether a file elsewhere is there is not told either.
      if (isLocked && specifier.startsWith('file:') && !mayLoad(specifier)) throw refused();
      const resolved = nextResolve(specifier, context);
      if (isLocked && !mayLoad(resolved.url)) throw refused();
      return resolved;
    },
  });
  for (const name of NETWORK) Reflect.deleteProperty(globalThis, name);
  return () => {
    isLocked = true;
    for (const name of PROCESS) Reflect.deleteProperty(process, name);
    const getBuiltinModule = process.getBuiltinModule;
    process.getBuiltinModule = ((id: string) =>
      ALLOWED.has(id.replace(/^node:/, '')) ? getBuiltinModule(id) : undefined) as typeof getBuiltinModule;
  };
}

export const urlOf = (file: string): string => pathToFileURL(file).href;
