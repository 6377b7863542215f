/** Billers with their health, their day and their latest file. */
import type { Schemas } from '../api.js';
import { count } from '../format.js';
import { HEALTHS, IMPORT_STATES, urgencyOf } from '../words.js';
import { Ago } from './ago.js';
import { Go } from './links.js';
import { type Column, Rows } from './rows.js';
import { State } from './state.js';

type Biller = Schemas['BillerHealth'];

const COLUMNS: Column<Biller>[] = [
  {
    id: 'name',
    title: 'Biller',
    by: ({ name }) => name.toLowerCase(),
    cell: ({ billerId, name }) => (
      <>
        <Go to="/billers/$billerId" params={{ billerId }} fw={550}>
          {name}
        </Go>{' '}
        <span className="code">{billerId}</span>
      </>
    ),
  },
  {
    id: 'health',
    title: 'Health',
    by: ({ health }) => urgencyOf(health),
    cell: ({ health }) => <State {...HEALTHS[health]} />,
  },
  { id: 'adapter', title: 'Adapter', when: 'wide', by: ({ adapter }) => adapter, cell: ({ adapter }) => adapter },
  {
    id: 'delivered',
    title: 'Delivered, 24 h',
    right: true,
    when: 'wide',
    by: ({ day }) => day.delivered,
    cell: ({ day }) => count(day.delivered),
  },
  {
    id: 'queued',
    title: 'Waiting',
    right: true,
    when: 'wide',
    by: ({ queued }) => queued,
    cell: ({ queued }) => count(queued),
  },
  {
    id: 'parked',
    title: 'Parked',
    right: true,
    by: ({ parked }) => parked,
    cell: ({ billerId, parked }) =>
      parked === 0 ? (
        '0'
      ) : (
        <Go to="/deliveries" search={{ state: 'parked', biller: billerId }}>
          {count(parked)}
        </Go>
      ),
  },
  {
    id: 'file',
    title: 'Latest file',
    when: 'wide',
    by: ({ latestFile }) => latestFile?.at ?? '',
    cell: ({ latestFile }) =>
      latestFile ? (
        <>
          <State {...IMPORT_STATES[latestFile.state]} /> <Ago at={latestFile.at} />
        </>
      ) : (
        '–'
      ),
  },
];

export const BillersTable = ({ billers, height }: { billers: readonly Biller[]; height?: string }) => (
  <Rows
    label="Billers"
    rows={billers}
    idOf={({ billerId }) => billerId}
    columns={COLUMNS}
    empty="There is no biller yet."
    {...(height ? { height } : {})}
  />
);
