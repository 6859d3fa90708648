import { useEffect, useRef, useState } from 'preact/hooks';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { href, Link, paths, place } from '../app/navigate';
import { stored } from '../app/stored';
import { toast } from '../app/toast';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { TextField } from '../parts/Field';
import { Popup } from '../parts/Popup';

export interface SavedView {
  readonly name: string;
  readonly query: string;
}

const OFFERED: readonly SavedView[] = [
  { name: 'Everything', query: '' },
  { name: 'Failed in the last 24 hours', query: 'status=FAILED,CRASHED&last=24h' },
  { name: 'Slowest in the last 24 hours', query: 'last=24h&sort=-duration' },
  { name: 'Running', query: 'status=RUNNING' },
];

const VIEWS_MAX = 100;

function key(): string {
  const viewer = session.get();
  return `views:${typeof viewer === 'object' ? viewer.subject : ''}`;
}

export function readViews(text: string | null): SavedView[] {
  try {
    const views = JSON.parse(text ?? '[]') as unknown;
    if (!Array.isArray(views)) return [];
    return views.filter(view => typeof view?.name === 'string' && typeof view?.query === 'string').slice(0, VIEWS_MAX);
  } catch {
    return [];
  }
}

/** The query without what belongs to this moment and this person: the position in the list and the time zone. */
export function viewQuery(query: string): string {
  return query
    .split('&')
    .filter(part => part && !/^(at|tz)=/.test(part))
    .join('&');
}

/** Views kept in this browser, for this subject. */
export function SavedViews() {
  useStore(session);
  const { query } = useStore(place);
  const [views, setViews] = useState<SavedView[]>([]);
  const current = viewQuery(query);

  function keep(next: SavedView[]) {
    stored.set(key(), next.length ? JSON.stringify(next) : null);
    setViews(next);
  }

  return (
    <Popup label="Views" onOpen={() => setViews(readViews(stored.get(key())))}>
      {close => (
        <div class="filter views">
          <ul class="filter-list">
            {[...OFFERED, ...views].map((view, index) => (
              <ViewItem
                key={index}
                view={view}
                isCurrent={view.query === current}
                close={close}
                {...(index >= OFFERED.length && {
                  onRename: (name: string) => keep(views.map(one => (one === view ? { ...view, name } : one))),
                  onDelete: () => {
                    keep(views.filter(one => one !== view));
                    toast(`The view “${view.name}” was deleted.`, { label: 'Undo', run: () => keep(views) });
                  },
                })}
              />
            ))}
          </ul>
          <SaveForm
            onSave={name => {
              keep([...views.filter(one => one.name !== name), { name, query: current }].slice(-VIEWS_MAX));
              toast(`Saved as “${name}” in this browser.`);
              close();
            }}
          />
        </div>
      )}
    </Popup>
  );
}

interface ViewItemProps {
  view: SavedView;
  isCurrent: boolean;
  close: () => void;
  onRename?: (name: string) => void;
  onDelete?: () => void;
}

function ViewItem({ view, isCurrent, close, onRename, onDelete }: ViewItemProps) {
  const [name, setName] = useState<string | null>(null);
  const isRenaming = name !== null;
  const item = useRef<HTMLLIElement>(null);
  const wasRenaming = useRef(false);
  // The field takes the place of the buttons, and the other way round: the focus moves along.
  useEffect(() => {
    if (isRenaming || wasRenaming.current) {
      item.current?.querySelector<HTMLElement>(isRenaming ? 'input' : '[data-rename]')?.focus();
    }
    wasRenaming.current = isRenaming;
  }, [isRenaming]);
  if (name !== null && onRename) {
    return (
      <li ref={item}>
        <form
          class="views-item"
          onSubmit={event => {
            event.preventDefault();
            if (name.trim()) onRename(name.trim());
            setName(null);
          }}
        >
          <TextField label="New name" hideLabel value={name} onInput={setName} />
          <Button type="submit" icon="check" kind="quiet" label="Rename" />
        </form>
      </li>
    );
  }
  return (
    <li class="views-item" ref={item}>
      <Link
        class="filter-choice"
        to={paths.runs(view.query)}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => close()}
      >
        {view.name}
      </Link>
      {onDelete && (
        <>
          <Copy text={() => location.origin + href(paths.runs(view.query))} label={`Copy the link to ${view.name}`} />
          <Button
            kind="quiet"
            icon="edit"
            label={`Rename ${view.name}`}
            data-rename
            onClick={() => setName(view.name)}
          />
          <Button kind="quiet" icon="close" label={`Delete ${view.name}`} onClick={onDelete} />
        </>
      )}
    </li>
  );
}

function SaveForm({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      class="filter-form views-save"
      onSubmit={event => {
        event.preventDefault();
        if (name.trim()) onSave(name.trim());
      }}
    >
      <TextField label="Save what you see as" value={name} onInput={setName} maxLength={80} />
      <Button type="submit">Save</Button>
    </form>
  );
}
