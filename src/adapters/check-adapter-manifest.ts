/** Checks an adapter's manifest: its fields by their types, and what no type can say. */
import { isIPv6 } from 'node:net';
import { AdapterManifest, type ContractName, HOST_API_VERSION, type ManifestSetting } from '@ic-host/contracts';
import semver from 'semver';
import { checkManifest, type ManifestFault } from './check-manifest.js';
import { typeProblem } from './setting-type.js';

/** `api.example.com`, `*.example.com`, or an address of four numbers, as a URL's host is written. */
const HOST = /^(?:\*\.)?[a-z0-9_][a-z0-9_.-]{0,252}$/;
const isHost = (text: string): boolean => HOST.test(text) || isIPv6(text);
const SETTING = 'setting:';

const CAPABILITIES: Partial<Record<ContractName, readonly string[]>> = {
  'payment-sink': ['returns', 'find'],
  'enrollment-sink': ['read-back'],
};

type Said = Omit<ManifestFault, 'file'>;

/** What is there a second time, at its second place. */
function twice<T>(items: readonly T[], namesOf: (item: T) => readonly string[], path: string): Said[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const names = [...new Set(namesOf(item))];
    const again = names.filter((name) => seen.has(name));
    for (const name of names) seen.add(name);
    return again.map((name) => ({ path: `${path}/${index}`, message: `${name} is there already; name it otherwise` }));
  });
}

function settingFaults(settings: readonly ManifestSetting[], path: string): Said[] {
  return settings.flatMap((setting, index) => {
    const at = (field: string, message: string): Said => ({ path: `${path}/${index}/${field}`, message });
    const { type, choices, secret } = setting;
    if ((type === 'choice') !== Boolean(choices?.length))
      return [at('choices', type === 'choice' ? 'a choice needs some' : 'only a choice has choices')];
    if (setting.default === undefined) return [];
    if (secret) return [at('default', 'a secret has no default: whoever reads the manifest would know it')];
    const problem = typeProblem(setting, setting.default);
    return problem ? [at('default', problem)] : [];
  });
}

function faultsOf({ hostApi, contracts, settings, options = [], egress }: AdapterManifest): Said[] {
  const faults: Said[] = [];
  if (!semver.validRange(hostApi)) faults.push({ path: '/hostApi', message: `${hostApi} is not a semver range` });
  else if (!semver.satisfies(HOST_API_VERSION, hostApi))
    faults.push({
      path: '/hostApi',
      message: `wants host API ${hostApi}, this host has ${HOST_API_VERSION}; update one of them`,
    });
  for (const [index, { name, capabilities = [] }] of contracts.entries())
    for (const capability of capabilities)
      if (!CAPABILITIES[name]?.includes(capability))
        faults.push({ path: `/contracts/${index}/capabilities`, message: `${name} has no capability ${capability}` });
  for (const [index, pattern] of egress.entries()) {
    const key = pattern.startsWith(SETTING) ? pattern.slice(SETTING.length) : undefined;
    if (key === undefined ? isHost(pattern) : settings.some((setting) => setting.key === key)) continue;
    const message =
      key === undefined
        ? `${pattern} is not a host: write api.example.com, *.example.com or setting:<key>`
        : `names the setting ${key}, which the manifest does not have`;
    faults.push({ path: `/egress/${index}`, message });
  }
  return [
    ...faults,
    ...twice(contracts, ({ name }) => [name], '/contracts'),
    // A biller's settings are given by either.
    ...twice(settings, ({ key, settingId }) => (settingId === undefined ? [key] : [key, settingId]), '/settings'),
    ...twice(options, ({ key }) => [key], '/options'),
    ...settingFaults(settings, '/settings'),
    ...settingFaults(options, '/options'),
  ];
}

/** @returns the manifest as an instance, or everything that is wrong with it */
export function checkAdapterManifest(value: unknown, file: string): ReturnType<typeof checkManifest<AdapterManifest>> {
  const checked = checkManifest(AdapterManifest, value, file);
  if ('faults' in checked) return checked;
  const faults = faultsOf(checked.manifest).map((fault) => ({ file, ...fault }));
  return faults.length ? { faults } : checked;
}
