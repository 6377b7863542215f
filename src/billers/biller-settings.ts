/** A biller's settings: checked by its adapter's manifest, stored with secrets sealed, and revealed where they are used. */
import { isIP } from 'node:net';
import { type AdapterManifest, MASK, type ManifestSetting } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { textProblem } from '../adapters/setting-type.js';
import { addressProblem } from '../egress/host-guard.js';
import type { TlsIdentity } from '../egress/tls-identity.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { Problem } from '../problem.js';
import { SECRET_BOX, type SecretBox } from './secret-box.js';
import { isReference, readReference, referenceProblem, type SecretReference } from './secret-reference.js';
import { readTls, tlsIdentity } from './tls-option.js';

/** A setting as it is stored: text, a sealed secret, or where to find one. */
export type StoredSetting = string | { sealed: string } | SecretReference;
export type StoredSettings = Record<string, StoredSetting>;

interface OfBiller {
  billerId: string;
  settings: StoredSettings;
}

export const sealedOf = (value: StoredSetting): string | undefined =>
  typeof value === 'object' && 'sealed' in value ? value.sealed : undefined;

type Seal = (plain: string, context: string) => string;

@injectable()
export class BillerSettings {
  /** Sealed settings as they are used with every call of a partner; for as long as a scope has them. */
  private readonly opened = new WeakMap<object, string>();

  constructor(
    @inject(SECRET_BOX) private readonly box: SecretBox,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
  ) {}

  /** A setting's plain text. @throws AdapterError `misconfigured` when its source is gone */
  reveal({ billerId, settings }: OfBiller, key: string): string | undefined {
    const stored = settings[key];
    if (stored === undefined || typeof stored === 'string') return stored;
    if ('sealed' in stored) {
      const known = this.opened.get(stored);
      const plain = known ?? this.box.open(stored.sealed, `${billerId}/${key}`);
      if (known === undefined) this.opened.set(stored, plain);
      return plain;
    }
    return readReference(stored, key, this.host.dataDir);
  }

  /** What the biller's connections show and trust; undefined: the usual. */
  tls({ options }: { options: Record<string, unknown> }): (() => TlsIdentity) | undefined {
    const { tls } = options;
    return tls === undefined
      ? undefined
      : () => tlsIdentity(readTls(tls), (reference, name) => readReference(reference, name, this.host.dataDir));
  }

  /**
   * @param held as they were: a masked secret stays
   * @throws Problem 422 naming every setting that is wrong
   */
  toStore(
    billerId: string,
    manifest: AdapterManifest,
    given: Record<string, unknown>,
    held: StoredSettings,
    seal: Seal,
  ): StoredSettings {
    const errors: { field: string; code: string; message: string }[] = [];
    const stored: StoredSettings = {};
    for (const [name, value] of Object.entries(given)) {
      const setting = manifest.settings.find((item) => item.settingId === name || item.key === name);
      const wrong = (code: string, message: string) => errors.push({ field: `settings.${name}`, code, message });
      if (!setting) wrong('unknown-setting', `the adapter ${manifest.id} has no setting ${name}`);
      else if (value === MASK && held[setting.key] !== undefined)
        stored[setting.key] = this.kept(billerId, setting, held[setting.key] as StoredSetting, seal);
      else if (isReference(value)) {
        const problem = referenceProblem(value, this.host.dataDir);
        if (problem) wrong('reference-refused', `${setting.title}: ${problem}`);
        else stored[setting.key] = value;
      } else if (typeof value !== 'string' || value === '') wrong('wrong-type', `${setting.title} must be text`);
      else {
        const isUrl = setting.type === 'url';
        const problem = textProblem(setting, value) ?? (isUrl ? this.urlProblem(value) : undefined);
        if (problem) wrong(isUrl ? 'url-refused' : 'wrong-value', `${setting.title}: ${problem}`);
        else if (setting.secret && this.isHeld(held[setting.key], value, `${billerId}/${setting.key}`))
          stored[setting.key] = held[setting.key] as StoredSetting;
        else stored[setting.key] = setting.secret ? { sealed: seal(value, `${billerId}/${setting.key}`) } : value;
      }
    }
    for (const setting of manifest.settings)
      if (setting.required && stored[setting.key] === undefined)
        errors.push({
          field: `settings.${setting.settingId ?? setting.key}`,
          code: 'missing',
          message: `${setting.title} is required`,
        });
    if (errors.length) throw new Problem(422, 'invalid-settings', errors[0]?.message ?? '', { errors });
    return stored;
  }

  /** As it is held; what its adapter calls a secret now, and did not when it was given, is sealed. */
  kept(billerId: string, { key, secret }: ManifestSetting, held: StoredSetting, seal: Seal): StoredSetting {
    return secret && typeof held === 'string' ? { sealed: seal(held, `${billerId}/${key}`) } : held;
  }

  /** One biller's settings as another's: a secret opens under its own biller's name alone. */
  handedOver({ billerId, settings }: OfBiller, to: string, seal: Seal): StoredSettings {
    const handedOver = Object.entries(settings).map(([key, value]) => {
      const sealed = sealedOf(value);
      if (sealed === undefined) return [key, value];
      return [key, { sealed: seal(this.box.open(sealed, `${billerId}/${key}`), `${to}/${key}`) }];
    });
    return Object.fromEntries(handedOver);
  }

  /** Given again, a secret is not a change. */
  private isHeld(held: StoredSetting | undefined, value: string, context: string): boolean {
    const sealed = held && sealedOf(held);
    try {
      return sealed !== undefined && this.box.open(sealed, context) === value;
    } catch {
      return false; // it can't be opened any more: then it is given anew
    }
  }

  private urlProblem(value: string): string | undefined {
    const url = new URL(value);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (url.username || url.password) return 'must not carry a user or password';
    const { allowPrivateEgress } = this.host;
    if (url.protocol !== 'https:' && !(allowPrivateEgress && url.protocol === 'http:'))
      return allowPrivateEgress ? 'must be http or https' : 'must be https';
    // Any other name is looked up as the connection is made.
    const isLocal = host === 'localhost' || host.endsWith('.localhost');
    const address = isLocal ? '127.0.0.1' : host;
    return isIP(address) ? addressProblem(url.protocol, address, allowPrivateEgress) : undefined;
  }
}
