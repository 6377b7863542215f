/** Loads the adapters that the host's manifest names; a bad one is quarantined and shown, the others run. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AdapterManifest,
  CONTRACT_NAMES,
  CONTRACT_TOKENS,
  type ContractName,
  type HostAdapter,
  HostManifest,
  isAdapterModule,
  type StartSandbox,
} from '@ic-host/contracts';
import { Container, type ContainerModule, type ServiceIdentifier } from 'inversify';
import { redactorOf } from '../egress/redaction.js';
import { Problem } from '../problem.js';
import { asAdapter } from './adapter-faults.js';
import { endedBy, MADE_WITHIN_MS } from './adapter-patience.js';
import { checkAdapterManifest } from './check-adapter-manifest.js';
import { checkManifest, faultText, type ManifestFault } from './check-manifest.js';
import { integrityOf } from './integrity.js';
import { DEFAULT_ISOLATION, IsolatedAdapter, type IsolationLimits } from './isolation/isolated-adapter.js';

export interface LoadedAdapter {
  /** As the host's manifest names it. */
  source: string;
  folder: string;
  manifest: AdapterManifest;
  module: ContainerModule;
  /** The host's manifest says what its files must be. */
  pinned: boolean;
  /** Set where it runs in a thread of its own. */
  isolated?: IsolatedAdapter;
}

export interface QuarantinedAdapter {
  source: string;
  id: string | null;
  faults: ManifestFault[];
}

export const ADAPTERS: ServiceIdentifier<AdapterRegistry> = Symbol('adapters');

export class AdapterRegistry {
  constructor(
    readonly loaded: ReadonlyMap<string, LoadedAdapter>,
    readonly quarantined: readonly QuarantinedAdapter[],
  ) {}

  async close(): Promise<void> {
    await Promise.all([...this.loaded.values()].map(({ isolated }) => isolated?.close()));
  }

  /** @throws Problem 422 `adapter-unknown` or `adapter-quarantined` */
  get(id: string): LoadedAdapter {
    const adapter = this.loaded.get(id);
    if (adapter) return adapter;
    const bad = this.quarantined.find((item) => item.id === id);
    if (bad)
      throw new Problem(
        422,
        'adapter-quarantined',
        `the adapter ${id} is not loaded: ${bad.faults.map(faultText).join('; ')}`,
      );
    throw new Problem(
      422,
      'adapter-unknown',
      `no adapter ${id}; loaded are: ${[...this.loaded.keys()].join(', ') || 'none'}`,
    );
  }
}

const readJson = (file: string): { value: unknown } | { fault: ManifestFault } => {
  try {
    return { value: JSON.parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT';
    return {
      fault: {
        file,
        path: '',
        message: missing ? 'there is no such file' : `is not JSON: ${(error as Error).message}`,
      },
    };
  }
};

/** Told of what goes wrong with an adapter after it was loaded. */
export type TellFault = (adapterId: string, fault: string) => void;

export interface LoadOptions {
  tell?: TellFault;
  isolation?: Partial<IsolationLimits>;
}

/** An adapter may be listed by its source alone. */
function withObjects(value: unknown): unknown {
  const { adapters } = (value ?? {}) as { adapters?: unknown };
  if (!Array.isArray(adapters)) return value;
  return {
    ...(value as object),
    adapters: adapters.map((item) => (typeof item === 'string' ? { source: item } : item)),
  };
}

/** @throws Error naming the file and the path in it, when the host's own manifest is wrong */
export async function loadAdapters(manifestFile: string, options: LoadOptions = {}): Promise<AdapterRegistry> {
  const file = resolve(manifestFile);
  const read = readJson(file);
  const checked =
    'fault' in read ? { faults: [read.fault] } : checkManifest(HostManifest, withObjects(read.value), file);
  if ('faults' in checked) throw new Error(checked.faults.map(faultText).join('\n'));
  const loaded = new Map<string, LoadedAdapter>();
  const quarantined: QuarantinedAdapter[] = [];
  const results = await Promise.all(
    checked.manifest.adapters.map((entry) => loadAdapter(entry, dirname(file), options)),
  );
  for (const [index, result] of results.entries()) {
    if ('faults' in result) quarantined.push(result);
    else if (loaded.has(result.manifest.id)) {
      const message = `the id ${result.manifest.id} is taken by ${loaded.get(result.manifest.id)?.source}; give one of them another`;
      quarantined.push({ source: result.source, id: null, faults: [{ file, path: `/adapters/${index}`, message }] });
      await result.isolated?.close();
    } else loaded.set(result.manifest.id, result);
  }
  return new AdapterRegistry(loaded, quarantined);
}

function folderOf(source: string, base: string): string {
  if (/^(\.{0,2}\/|[A-Za-z]:\\)/.test(source)) return resolve(base, source);
  // A package may not list its manifest among its exports: its folder is looked for as Node looks for packages.
  const paths = createRequire(join(base, 'x.js')).resolve.paths(source) ?? [];
  return paths.map((path) => join(path, source)).find(existsSync) ?? join(base, 'node_modules', source);
}

/** Loads one adapter, or says everything that is wrong with it. */
export async function loadAdapter(
  { source, integrity, isolated, memoryMb }: HostAdapter,
  base: string,
  { tell, isolation }: LoadOptions = {},
): Promise<LoadedAdapter | QuarantinedAdapter> {
  const folder = folderOf(source, base);
  const file = join(folder, 'adapter.manifest.json');
  const read = readJson(file);
  const bad = (id: string | null, ...faults: ManifestFault[]): QuarantinedAdapter => ({ source, id, faults });
  if ('fault' in read) return bad(null, read.fault);
  const given = (read.value as { id?: unknown } | null)?.id;
  const id = typeof given === 'string' ? given : null;
  const checked = checkAdapterManifest(read.value, file);
  if ('faults' in checked) return bad(id, ...checked.faults);
  const { manifest } = checked;
  const fault = (path: string, message: string) => bad(id, { file, path, message });
  if (integrity !== undefined && integrityOf(folder) !== integrity)
    return fault('', `the files in ${folder} are not those that the host's manifest pins (ic-host adapters --pin)`);
  const loaded = { source, folder, manifest, pinned: integrity !== undefined };
  const place = { folder, entry: join(folder, manifest.entry), integrity };
  if (isolated && manifest.entry.endsWith('.json')) return fault('/entry', 'it has no code to be isolated');
  if (isolated) {
    const limits = { ...DEFAULT_ISOLATION, ...(memoryMb ? { memoryMb } : {}), ...isolation };
    try {
      const { adapter, bound } = await IsolatedAdapter.load(manifest, place, limits, (why) => tell?.(manifest.id, why));
      const mismatch = contractMismatch(manifest, (name) => bound.includes(name));
      if (!mismatch) return { ...loaded, module: adapter.module, isolated: adapter };
      await adapter.close();
      return fault('/contracts', mismatch);
    } catch (error) {
      return fault('/entry', `${manifest.entry} can't be loaded in isolation: ${(error as Error).message}`);
    }
  }
  let entry: unknown;
  if (manifest.entry.endsWith('.json')) {
    const declared = readJson(place.entry);
    if ('fault' in declared) return bad(id, declared.fault);
    // Loaded where there is one: JSONata is not small.
    const { declaredModule } = await import('./declarative/declared-module.js');
    const made = declaredModule(declared.value, place.entry);
    if ('faults' in made) return bad(id, ...made.faults);
    entry = made.module;
  } else
    try {
      const loading = { adapterId: manifest.id, redact: redactorOf([]) };
      const imported = asAdapter(loading, () => import(pathToFileURL(place.entry).href));
      entry = (await endedBy(imported, MADE_WITHIN_MS, (when) => new Error(`it was not loaded ${when}`))).default;
    } catch (error) {
      return fault('/entry', `${manifest.entry} can't be loaded: ${(error as Error).message}`);
    }
  if (!isAdapterModule(entry)) return fault('/entry', `${manifest.entry} must export adapterModule(…) as its default`);
  const container = new Container();
  try {
    container.load(entry.module);
  } catch (error) {
    return fault('/contracts', `the module can't be loaded: ${(error as Error).message}`);
  }
  const mismatch = contractMismatch(manifest, (name) => container.isBound(CONTRACT_TOKENS[name]));
  return mismatch ? fault('/contracts', mismatch) : { ...loaded, module: entry.module };
}

/** What the manifest claims and what the module binds must be the same contracts. */
function contractMismatch(manifest: AdapterManifest, isBound: (name: ContractName) => boolean): string | undefined {
  const claimed = (name: ContractName): boolean => manifest.contracts.some((contract) => contract.name === name);
  for (const name of CONTRACT_NAMES) {
    const bound = isBound(name);
    if (claimed(name) && !bound) return `${name} is claimed, but the module doesn't bind it`;
    if (!claimed(name) && bound) return `the module binds ${name}, but the manifest doesn't claim it`;
  }
  return undefined;
}

/** The stand-in partner of an adapter. @throws Error when it has none */
export async function sandboxOf({ manifest, folder }: LoadedAdapter): Promise<StartSandbox> {
  if (!manifest.sandbox) throw new Error(`the adapter ${manifest.id} has no sandbox`);
  const { startSandbox } = await import(pathToFileURL(join(folder, manifest.sandbox)).href);
  return startSandbox;
}
