import { Menu } from '../parts/Menu';
import { COLUMN_TITLES, USUAL_COLUMNS } from './Columns';
import { COLUMN_IDS, type ColumnId, type RunsQuery, type Sort } from './query';

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
  function toggle(id: ColumnId) {
    const next = COLUMN_IDS.filter(one => shown.includes(one) !== (one === id));
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
        ...COLUMN_IDS.map((id, index) => ({
          label: COLUMN_TITLES[id],
          checked: shown.includes(id),
          run: () => toggle(id),
          stays: true,
          separated: index === 0,
        })),
      ]}
    />
  );
}
