import { Menu } from '../parts/Menu';
import { COLUMNS, USUAL_COLUMNS } from './Columns';
import type { RunsQuery, Sort } from './query';

const SORTS: readonly { id: Sort; label: string }[] = [
  { id: '-start', label: 'Newest first' },
  { id: 'start', label: 'Oldest first' },
  { id: '-duration', label: 'Longest first' },
  { id: 'duration', label: 'Shortest first' },
  { id: '-finish', label: 'Last finished first' },
  { id: 'finish', label: 'First finished first' },
];

interface Props {
  query: RunsQuery;
  change: (next: Partial<RunsQuery>) => void;
}

/** The order of the rows and the columns. */
export function ViewMenu({ query, change }: Props) {
  const shown = query.columns ?? USUAL_COLUMNS;
  function toggle(id: string) {
    const next = COLUMNS.map(column => column.id).filter(one => shown.includes(one) !== (one === id));
    const isUsual = next.length === USUAL_COLUMNS.length && next.every(one => USUAL_COLUMNS.includes(one));
    if (next.length) change({ columns: isUsual ? null : next });
  }
  return (
    <Menu
      label="Order and columns"
      icon="columns"
      text=""
      caret={false}
      active={query.columns !== null || query.sort !== '-start'}
      items={[
        ...SORTS.map(({ id, label }) => ({
          label,
          checked: query.sort === id,
          run: () => change({ sort: id, at: null }),
        })),
        ...COLUMNS.map(({ id, title }, index) => ({
          label: title,
          checked: shown.includes(id),
          run: () => toggle(id),
          stays: true,
          separated: index === 0,
        })),
      ]}
    />
  );
}
