/** The host's codes in the words of the people who read the console. */
import type { Schemas } from './api.js';
import { many, moneyText } from './format.js';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

export const DELIVERY_STATES: Record<Schemas['Delivery']['state'], { word: string; tone: Tone }> = {
  queued: { word: 'Queued', tone: 'busy' },
  delivered: { word: 'Delivered', tone: 'good' },
  rejected: { word: 'Rejected', tone: 'warn' },
  parked: { word: 'Parked', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'calm' },
};

export const DELIVERY_KINDS: Record<Schemas['Delivery']['kind'], string> = {
  payment: 'Payment',
  return: 'Return',
  paperless: 'Paperless',
  autopay: 'Autopay',
};

/** Such as "Payment $15.00" or "Autopay on". */
export function deliveryText({
  kind,
  summary: { amount, enabled },
}: Pick<Schemas['Delivery'], 'kind' | 'summary'>): string {
  const word = DELIVERY_KINDS[kind];
  if (amount !== null) return `${word} ${moneyText(amount)}`;
  return enabled === null ? word : `${word} ${enabled ? 'on' : 'off'}`;
}

export const HEALTHS: Record<Schemas['BillerHealth']['health'], { word: string; tone: Tone }> = {
  paused: { word: 'Paused', tone: 'bad' },
  failing: { word: 'Failing', tone: 'bad' },
  attention: { word: 'Needs a look', tone: 'warn' },
  ok: { word: 'Well', tone: 'good' },
};

/** For sorting: what must be mended first is the least. */
export const urgencyOf = (health: Schemas['BillerHealth']['health']): number => Object.keys(HEALTHS).indexOf(health);

export const IMPORT_STATES: Record<Schemas['Import']['state'], { word: string; tone: Tone }> = {
  running: { word: 'Running', tone: 'busy' },
  applied: { word: 'Applied', tone: 'good' },
  refused: { word: 'Refused', tone: 'bad' },
};

export const CHECK_STATES: Record<Schemas['Check']['state'], { word: string; tone: Tone }> = {
  ok: { word: 'Fine', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  'not-checked': { word: 'Not checked', tone: 'calm' },
};

export const CONTRACTS: Record<string, string> = {
  'rtdr-provider': 'Real-time look-up',
  'payment-sink': 'Payments',
  'enrollment-sink': 'Enrollments',
  'document-provider': 'Documents',
  'invoice-file-parser': 'Invoice files',
  reach: 'Reach',
  clock: 'Clock',
  inbox: 'Inbox',
};

/** What an attempt came to: the kinds of an adapter's error. */
export const OUTCOMES: Record<string, { word: string; tone: Tone }> = {
  delivered: { word: 'Delivered', tone: 'good' },
  rejected: { word: 'The partner said no', tone: 'warn' },
  'not-found': { word: 'Unknown to the partner', tone: 'warn' },
  unavailable: { word: 'Partner not available', tone: 'bad' },
  'unknown-outcome': { word: 'Outcome unknown', tone: 'bad' },
  malformed: { word: 'Answer makes no sense', tone: 'bad' },
  misconfigured: { word: 'Wrong settings', tone: 'bad' },
  unsupported: { word: 'Not supported', tone: 'bad' },
};

export interface NeedWords {
  title: (need: Schemas['Need']) => string;
  /** What to do about it. */
  advice: string;
  tone: Tone;
}

export const NEEDS: Record<Schemas['Need']['kind'], NeedWords> = {
  'biller-misconfigured': {
    title: () => 'The partner refuses us: deliveries are paused',
    advice: 'Correct the URL or key in the settings; what waits goes on by itself.',
    tone: 'bad',
  },
  'deliveries-parked': {
    title: ({ count }) => `${many(count, 'delivery is', 'deliveries are')} parked`,
    advice: 'Look at the partner, then retry, cancel or settle.',
    tone: 'bad',
  },
  'deliveries-lost': {
    title: () => 'Reconciling found what the partner has lost',
    advice: 'Ask the partner with the account and number of each; it is looked at again with each reconciliation.',
    tone: 'bad',
  },
  'biller-failing': {
    title: () => 'The partner fails: deliveries wait',
    advice: 'Probed by itself every minute. If it stays so, ask the partner.',
    tone: 'bad',
  },
  'file-refused': {
    title: () => 'The latest invoice file was refused',
    advice: 'Open it for what to tell the partner.',
    tone: 'warn',
  },
  'token-ends': {
    title: ({ code }) => `The token of ${code} ends`,
    advice: 'Make a new one for whoever has it, then revoke this one: ic-host tokens --help.',
    tone: 'bad',
  },
  'file-overdue': {
    title: () => 'No invoice file has come in time',
    advice: 'Ask whoever sends it. How often it is expected is in the settings.',
    tone: 'warn',
  },
  'inbox-unreadable': {
    title: () => 'The inbox can’t be read',
    advice: 'Check the folder or the server in the settings.',
    tone: 'warn',
  },
  'adapter-quarantined': {
    title: ({ code }) => `The adapter ${code} is not loaded`,
    advice: 'Correct its manifest, and start the host again.',
    tone: 'bad',
  },
  'biller-paused': {
    title: () => 'Paused by hand',
    advice: 'Resume it when its deliveries may go again.',
    tone: 'calm',
  },
};

export const CAUSES: Record<string, string> = {
  misconfigured: 'The partner refuses us',
  failing: 'The partner fails',
  'by-hand': 'Paused by hand',
};
