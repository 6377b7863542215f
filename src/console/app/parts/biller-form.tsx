/** A biller's settings as a form, made from its adapter's manifest. Secrets are written, never read. */
import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { HostProblem, type Schemas } from '../api.js';
import { ProblemNote } from './problem-note.js';
import { Section } from './section.js';

const MASK = '********';
/** Options that any biller has, whatever its adapter. */
const HOST_OPTIONS: { key: string; title: string; unset?: string }[] = [
  { key: 'requestsPerSecond', title: 'Calls a second, at the most' },
  { key: 'concurrency', title: 'Calls at once, at the most' },
  { key: 'timeoutMs', title: 'Whole time of a call, in ms' },
  { key: 'maxDeliveryAgeHours', title: 'Hours a delivery is tried' },
  { key: 'maxSetAsidePercent', title: 'Records of a file set aside, at the most, in %' },
  { key: 'fileEveryHours', title: 'Hours within which a file is expected', unset: 'None is waited for' },
  { key: 'inboxSeconds', title: 'Seconds between looks into the inbox' },
  { key: 'reconcileNightly', title: 'Accounts compared with the partner each night', unset: 'None' },
  { key: 'recordPercent', title: 'Calls kept to be replayed, in %', unset: 'None' },
];

export type LoadedAdapter = Extract<Schemas['Adapter'], { health: 'loaded' }>;
export type BillerDraft = Schemas['BillerBody'] & {
  settings: Record<string, unknown>;
  options: Record<string, unknown>;
};

interface Form {
  adapter: LoadedAdapter;
  draft: BillerDraft;
  /** Of its kinds of setting those that are held already. */
  held: ReadonlySet<string>;
  button: string;
  save: (draft: BillerDraft) => Promise<void>;
  /** What stands before the fields that every biller has. */
  children?: ReactNode;
}

const isReference = (value: unknown): value is { env?: string; file?: string } =>
  typeof value === 'object' && value !== null;

export function BillerForm({ adapter, draft: first, held, button, save, children }: Form) {
  const [draft, setDraft] = useState(first);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<BillerDraft>) => setDraft((now) => ({ ...now, ...change }));
  const put = (part: 'settings' | 'options', key: string, value: unknown) =>
    setDraft((now) => {
      const { [key]: _, ...others } = now[part];
      return {
        ...now,
        [part]: value === '' || value === undefined || value === null ? others : { ...others, [key]: value },
      };
    });
  const wrong = (field: string): string | undefined =>
    error instanceof HostProblem ? error.errors.find((item) => item.field === field)?.message : undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await save(draft);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {children}
        <Section title="Biller">
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <TextInput
              label="Name"
              required
              value={draft.name}
              error={wrong('name')}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label="GUID"
              description="As its invoice files carry it"
              required
              value={draft.guid}
              error={wrong('guid')}
              onChange={(event) => set({ guid: event.currentTarget.value })}
            />
            <NumberInput
              label="Invoice type"
              value={draft.invoiceTypeId ?? 164}
              onChange={(value) => set({ invoiceTypeId: Number(value) })}
              hideControls
            />
            <Checkbox
              label="Open billing: accounts are looked up in real time"
              checked={draft.openBilling ?? true}
              onChange={(event) => set({ openBilling: event.currentTarget.checked })}
              mt={{ md: 30 }}
            />
          </SimpleGrid>
        </Section>
        <Section title={`Settings of ${adapter.name}`}>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {adapter.settings.map((setting) => (
              <Setting
                key={setting.key}
                setting={setting}
                value={draft.settings[setting.settingId ?? setting.key]}
                held={held.has(setting.settingId ?? setting.key)}
                error={wrong(`settings.${setting.settingId ?? setting.key}`)}
                change={(value) => put('settings', setting.settingId ?? setting.key, value)}
              />
            ))}
          </SimpleGrid>
        </Section>
        <Section title="Options">
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {adapter.options.map((option) => (
              <Setting
                key={option.key}
                setting={option}
                value={draft.options[option.key]}
                held={false}
                error={undefined}
                change={(value) => put('options', option.key, ofType(option.type, value))}
              />
            ))}
            {HOST_OPTIONS.map(({ key, title, unset = 'As the adapter or the host has it' }) => (
              <NumberInput
                key={key}
                label={title}
                placeholder={unset}
                value={(draft.options[key] as number | undefined) ?? ''}
                onChange={(value) => put('options', key, value === '' ? undefined : Number(value))}
                hideControls
              />
            ))}
            <TextInput
              label="Inbox"
              description="An absolute folder that its invoice files are dropped into; an SFTP server is set by the API"
              disabled={isReference(draft.options.inbox)}
              value={isReference(draft.options.inbox) ? 'an SFTP server' : String(draft.options.inbox ?? '')}
              onChange={(event) => put('options', 'inbox', event.currentTarget.value)}
            />
          </SimpleGrid>
        </Section>
        {error ? <ProblemNote error={error} /> : null}
        <Group>
          <Button type="submit" loading={busy}>
            {button}
          </Button>
          <Text fz="sm" c="dimmed">
            Holds from the next call on.
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

interface Field {
  setting: Schemas['Setting'];
  value: unknown;
  held: boolean;
  error: string | undefined;
  change: (value: unknown) => void;
}

/** An option is kept as what it is, a setting as text; what can't be read is for the host to name. */
function ofType(type: Schemas['Setting']['type'], text: unknown): unknown {
  if (type === 'boolean' && text) return text === 'true';
  const number = type === 'number' && text ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : text;
}

const YES_OR_NO = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
];

const yesOrNo = (value: unknown): string => YES_OR_NO.find((choice) => choice.value === String(value))?.label ?? '';

function Setting({ setting, value, held, error, change }: Field) {
  const { title, settingId, description, required, secret, type, choices } = setting;
  const label = settingId ? `${title} (${settingId})` : title;
  const common = { label, description, required: required ?? false, ...(error ? { error } : {}) };
  if (isReference(value))
    return (
      <TextInput
        {...common}
        readOnly
        value={value.env ? `from the environment: ${value.env}` : `from the file: ${value.file}`}
        rightSection={
          <Button variant="subtle" size="compact-xs" onClick={() => change('')}>
            Change
          </Button>
        }
        rightSectionWidth={80}
      />
    );
  const text = String(value ?? '');
  if (secret)
    return (
      <PasswordInput
        {...common}
        required={(required ?? false) && !held}
        placeholder={held ? 'Kept as it is; write to change it' : 'Not set'}
        autoComplete="off"
        value={text === MASK ? '' : text}
        visibilityToggleButtonProps={{ 'aria-label': `Show what is written as ${title}` }}
        onChange={(event) => change(event.currentTarget.value || (held ? MASK : ''))}
      />
    );
  if (type === 'choice' || type === 'boolean')
    return (
      <Select
        {...common}
        data={type === 'boolean' ? YES_OR_NO : (choices ?? [])}
        placeholder={type === 'boolean' ? yesOrNo(setting.default) : String(setting.default ?? '')}
        clearable={!required}
        clearButtonProps={{ 'aria-label': `Clear ${title}` }}
        value={text || null}
        onChange={change}
      />
    );
  if (type === 'number')
    return (
      <NumberInput
        {...common}
        hideControls
        placeholder={String(setting.default ?? '')}
        value={text}
        onChange={(number) => change(String(number))}
      />
    );
  return (
    <TextInput
      {...common}
      placeholder={setting.default === undefined ? (type === 'url' ? 'https://…' : '') : String(setting.default)}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
