/** What a value of a manifest's setting or option must be. */
import type { ManifestSetting } from '@ic-host/contracts';

type Typed = Pick<ManifestSetting, 'type' | 'choices'>;

/** Why a value isn't of a setting's type, such as `must be a number`; undefined where it is. */
export function typeProblem({ type, choices = [] }: Typed, value: unknown): string | undefined {
  switch (type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'must be a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'choice':
      return choices.includes(value as string) ? undefined : `must be one of ${choices.join(', ')}`;
    case 'url':
      return typeof value === 'string' && URL.canParse(value)
        ? undefined
        : 'must be a URL, such as https://partner.example.com';
    case 'text':
      return typeof value === 'string' ? undefined : 'must be text';
  }
}

/** The same of a text that stands for the value, as a biller's settings are kept. */
export function textProblem(setting: Typed, text: string): string | undefined {
  const isNumber = setting.type === 'number' && text.trim() !== '';
  const isBoolean = setting.type === 'boolean' && (text === 'true' || text === 'false');
  return typeProblem(setting, isNumber ? Number(text) : isBoolean ? text === 'true' : text);
}
