/** What people, and the host in their place, did to something; newest first. */
import { useQuery } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../api.js';
import { Ago } from './ago.js';
import { Answer } from './answer.js';
import { Go } from './links.js';
import { type Column, Rows } from './rows.js';

type Entry = Schemas['Audit']['entries'][number];

const WORDS: Record<string, string> = {
  'delivery.retry': 'sent it again',
  'delivery.repair': 'sent it again, after a reconciliation',
  'delivery.cancel': 'gave it up',
  'delivery.settle': 'settled it',
  'biller.pause': 'paused it',
  'biller.resume': 'resumed it',
  'biller.paused': 'paused it: the partner refuses us',
  'biller.resumed': 'resumed it: the partner takes deliveries again',
};

const COLUMNS: Column<Entry>[] = [
  { id: 'at', title: 'When', cell: ({ at }) => <Ago at={at} /> },
  { id: 'actor', title: 'Who', when: 'wide', cell: ({ actor }) => actor },
  { id: 'action', title: 'Did', cell: ({ action }) => WORDS[action] ?? action },
  { id: 'reason', title: 'Why', cell: ({ reason, details }) => reason ?? String(details.detail ?? '–') },
];
const SUBJECT: Column<Entry> = {
  id: 'subject',
  title: 'To',
  cell: ({ action, subject }) =>
    action.startsWith('biller.') ? (
      <Go to="/billers/$billerId" params={{ billerId: subject }}>
        {subject}
      </Go>
    ) : (
      <Go to="/deliveries/$id" params={{ id: subject }} className="code">
        {subject.slice(0, 8)}…
      </Go>
    ),
};
const WITH_SUBJECT = [...COLUMNS.slice(0, 3), SUBJECT, ...COLUMNS.slice(3)];

export function AuditEntries({ subject }: { subject?: string | undefined }) {
  const audit = useQuery({
    queryKey: ['deliveries', 'audit', subject ?? ''],
    queryFn: () =>
      answerOf(api.GET('/v1/audit', { params: { query: { ...(subject ? { subject } : {}), limit: 200 } } })),
  });
  return (
    <Answer of={audit}>
      {({ entries }) => (
        <Rows
          label="Audit"
          rows={entries}
          idOf={({ id }) => String(id)}
          columns={subject ? COLUMNS : WITH_SUBJECT}
          empty="Nobody did anything to it."
        />
      )}
    </Answer>
  );
}
