import type { ExecutionStatus, Operations } from '#operations';
import { Chips, ToggleChip } from '../parts/Chips';
import { RUN_STATUSES, StatusGlyph, statusWord } from '../parts/Status';
import { formatNumber, shortNumber } from '../text/number';

type Facets = NonNullable<Operations['RunsFacets']['result']['executions']>;

interface Props {
  facets: Facets | null;
  chosen: readonly ExecutionStatus[];
  stale: boolean;
  onChange: (chosen: readonly ExecutionStatus[]) => void;
}

/** The statuses with the number of runs that the other filters leave. */
export function StatusChips({ facets, chosen, stale, onChange }: Props) {
  const counts = facets?.statusCounts;
  return (
    <div class={stale ? 'runs-counts is-stale' : 'runs-counts'}>
      <Chips label="Status">
        <ToggleChip pressed={chosen.length === 0} onClick={() => onChange([])} title={exact(counts?.total)}>
          All <Count count={counts?.total} atLeast={chosen.length === 0 ? facets?.countAtLeast : null} />
        </ToggleChip>
        {RUN_STATUSES.map(status => {
          const count = counts?.[status.toLowerCase() as Lowercase<ExecutionStatus>];
          const pressed = chosen.includes(status);
          const isOnly = pressed && chosen.length === 1;
          return (
            <ToggleChip
              key={status}
              pressed={pressed}
              title={exact(count)}
              onClick={event => {
                // With Ctrl or Shift several can be chosen, as in a list.
                const several = event.ctrlKey || event.metaKey || event.shiftKey;
                if (!several) onChange(isOnly ? [] : [status]);
                else onChange(pressed ? chosen.filter(one => one !== status) : [...chosen, status]);
              }}
            >
              <StatusGlyph status={status} size={12} />
              {statusWord(status)} <Count count={count} atLeast={pressed && isOnly ? facets?.countAtLeast : null} />
            </ToggleChip>
          );
        })}
      </Chips>
    </div>
  );
}

function Count({ count, atLeast }: { count: number | undefined; atLeast?: number | null | undefined }) {
  if (count !== undefined) return <span class={count === 0 ? 'muted' : 'secondary'}>{shortNumber(count)}</span>;
  if (atLeast != null) return <span class="secondary">{shortNumber(atLeast)}+</span>;
  return null;
}

function exact(count: number | undefined): string | undefined {
  return count === undefined || count < 10_000 ? undefined : `${formatNumber(count)} runs`;
}
