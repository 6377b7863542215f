/**
 * A list as a table: sorted and selected by TanStack Table; where it is long, only what is seen is drawn. A list that
 * can't be sorted gives the table no more than that either, so that each page that comes costs the same, however long
 * the list has become.
 */
import { Checkbox, Text } from '@mantine/core';
import {
  type ColumnDef,
  createSortedRowModel,
  type RowSelectionState,
  rowSelectionFeature,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { Scroll } from './scroll.js';

const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

export interface Column<Row> {
  id: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** What it is sorted by; a column without can't be sorted. */
  by?: (row: Row) => string | number;
  /** `wide`: left out on a phone; `wider`: on a small window, too. */
  when?: 'wide' | 'wider';
  right?: boolean;
}

interface Rows<Row> {
  label: string;
  rows: readonly Row[];
  idOf: (row: Row) => string;
  columns: readonly Column<Row>[];
  empty: string;
  /** Draws only what is seen, in this height. */
  height?: string;
  /** Called when its end comes into sight. */
  onEnd?: () => void;
  selected?: RowSelectionState;
  onSelect?: (selected: RowSelectionState) => void;
}

const ROW_PX = 44;

export function Rows<Row extends object>(props: Rows<Row>) {
  const { label, rows, idOf, columns, empty, height, onEnd, selected, onSelect } = props;
  const defs = useMemo(
    () =>
      columns.map(
        ({ id, by }): ColumnDef<typeof features, Row> => ({
          id,
          accessorFn: by ?? (() => ''),
          enableSorting: by !== undefined,
        }),
      ),
    [columns],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    enabled: height !== undefined,
  });
  const seen = virtual.getVirtualItems();
  const first = height ? (seen[0]?.index ?? 0) : 0;
  const last = height ? (seen.at(-1)?.index ?? -1) : rows.length - 1;
  const sortable = columns.some(({ by }) => by);
  const data = useMemo(() => (sortable ? [...rows] : rows.slice(first, last + 1)), [rows, sortable, first, last]);
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: idOf,
    enableRowSelection: selected !== undefined,
    state: { rowSelection: selected ?? {} },
    onRowSelectionChange: (update) => onSelect?.(typeof update === 'function' ? update(selected ?? {}) : update),
  });
  const model = table.getRowModel().rows;
  const drawn = sortable ? model.slice(first, last + 1) : model;
  useEffect(() => {
    if (height && last >= rows.length - 20) onEnd?.();
  }, [height, last, rows.length, onEnd]);

  if (rows.length === 0)
    return (
      <Text c="dimmed" fz="sm" p="md">
        {empty}
      </Text>
    );
  const selectedCount = Object.values(selected ?? {}).filter(Boolean).length;
  const all = selectedCount > 0 && rows.every((row) => selected?.[idOf(row)]);
  const gap = (count: number) =>
    count > 0 ? (
      <tr data-gap="">
        <td colSpan={columns.length + (selected ? 1 : 0)} style={{ height: count * ROW_PX }} />
      </tr>
    ) : null;
  const classOf = ({ when, right }: Column<Row>) => [when, right ? 'right' : ''].filter(Boolean).join(' ') || undefined;
  const words = { asc: 'ascending', desc: 'descending' } as const;
  return (
    <Scroll
      className="rows"
      ref={scroller}
      label={label}
      fixed={height !== undefined}
      style={height ? { maxHeight: height } : undefined}
    >
      <table aria-rowcount={height ? rows.length : undefined}>
        <thead>
          <tr>
            {selected ? (
              <th style={{ width: 40 }}>
                <Checkbox
                  size="xs"
                  aria-label="Select all that are loaded"
                  checked={all}
                  indeterminate={selectedCount > 0 && !all}
                  onChange={() => onSelect?.(all ? {} : Object.fromEntries(rows.map((row) => [idOf(row), true])))}
                />
              </th>
            ) : null}
            {table.getHeaderGroups()[0]?.headers.map((header, index) => {
              const column = columns[index] as Column<Row>;
              const order = header.column.getIsSorted();
              return (
                <th key={column.id} className={classOf(column)} aria-sort={order ? words[order] : undefined}>
                  {column.by ? (
                    <button type="button" onClick={header.column.getToggleSortingHandler()}>
                      {column.title}
                      <span aria-hidden="true">{order === 'asc' ? ' ↑' : order === 'desc' ? ' ↓' : ''}</span>
                    </button>
                  ) : (
                    column.title
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {gap(first)}
          {drawn.map((row) => (
            <tr key={row.id} aria-selected={selected ? row.getIsSelected() : undefined}>
              {selected ? (
                <td>
                  <Checkbox
                    size="xs"
                    aria-label={`Select ${row.id}`}
                    checked={row.getIsSelected()}
                    onChange={row.getToggleSelectedHandler()}
                  />
                </td>
              ) : null}
              {columns.map((column) => (
                <td key={column.id} className={classOf(column)}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
          {gap(rows.length - 1 - last)}
        </tbody>
      </table>
    </Scroll>
  );
}
