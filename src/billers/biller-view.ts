/** What of a biller the outside may see, and what of a change is told. */
import { isDeepStrictEqual } from 'node:util';
import { MASK, type ManifestSetting } from '@ic-host/contracts';
import { type StoredSetting, type StoredSettings, sealedOf } from './biller-settings.js';

/** A biller's configuration; of what else it has, all is shown. */
interface Configured {
  settings: StoredSettings;
  options: Record<string, unknown>;
  revision: string;
}

/** One that its adapter calls a secret only by now may not be sealed yet. */
const shownAs = (value: StoredSetting, isSecret = false): StoredSetting =>
  sealedOf(value) !== undefined || (isSecret && typeof value === 'string') ? MASK : value;

/** Settings by advanced-setting id where they have one, secrets masked. @param specs what its adapter says of them */
export function billerView(
  { settings, revision: _, ...config }: Configured,
  specs: readonly ManifestSetting[],
): Record<string, unknown> {
  const shown = Object.entries(settings).map(([key, value]) => {
    const spec = specs.find((one) => one.key === key);
    return [spec?.settingId ?? key, shownAs(value, spec?.secret)];
  });
  return { ...config, settings: Object.fromEntries(shown) };
}

/** Names what is another, from what to what; a secret's value stays unsaid. @param specs what its adapters say of its settings */
export function changesBetween(
  before: Configured | undefined,
  after: Configured,
  specs: readonly ManifestSetting[],
): Record<string, unknown> {
  const secrets = new Set(specs.flatMap(({ key, secret }) => (secret ? `settings.${key}` : [])));
  const told = (name: string, value: unknown): unknown =>
    name.startsWith('settings.') && value ? shownAs(value as StoredSetting, secrets.has(name)) : (value ?? null);
  const flat = ({ settings, options, revision: _, ...config }: Configured): Record<string, unknown> => ({
    ...config,
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [`settings.${key}`, value])),
    ...Object.fromEntries(Object.entries(options).map(([key, value]) => [`options.${key}`, value])),
  });
  const [from, to] = [before ? flat(before) : {}, flat(after)];
  const changed = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (name) => !isDeepStrictEqual(from[name], to[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, { from: told(name, from[name]), to: told(name, to[name]) }]));
}
