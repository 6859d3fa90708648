import { useState } from 'preact/hooks';
import { base, servesGraphiql, session, signOut } from '../api/server';
import { useStore } from '../api/store';
import { Menu, type MenuItem } from '../parts/Menu';
import { DateTime } from '../parts/Time';
import { localZone, zone } from './clock';
import { chooseTheme, type Theme, theme } from './theme-switch';
import { toast } from './toast';
import { ZoneDialog } from './ZoneDialog';

const THEMES: readonly { id: Theme; label: string }[] = [
  { id: 'system', label: 'System theme' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
];

export function ViewerMenu({ onHelp }: { onHelp: () => void }) {
  const [choosesZone, setChoosesZone] = useState(false);
  const viewer = useStore(session);
  const chosenTheme = useStore(theme);
  const chosenZone = useStore(zone);
  if (typeof viewer !== 'object') return null;
  const items: MenuItem[] = [
    ...THEMES.map(({ id, label }, index) => ({
      label,
      checked: chosenTheme === id,
      run: () => chooseTheme(id),
      stays: true,
      ...(index === 0 ? { hint: 't' } : {}),
    })),
    {
      label: `Times in ${chosenZone === localZone ? 'local time' : chosenZone}…`,
      run: () => setChoosesZone(true),
      separated: true,
    },
    { label: 'Keys', hint: '?', run: onHelp },
    ...(servesGraphiql ? [{ label: 'GraphiQL', href: `${base}/graphiql/` }] : []),
    { label: 'Sign out', separated: true, run: () => signOut().catch(error => toast(String(error.message))) },
  ];
  return (
    <>
      <Menu
        label={`Signed in as ${viewer.subject}`}
        icon="user"
        text=""
        caret={false}
        kind="quiet"
        items={items}
        header={
          <div class="viewer-head">
            <strong class="recorded">{viewer.subject}</strong>
            <span class="muted">{viewer.scopes.join(', ') || 'no scopes'}</span>
            <span class="muted">
              Signed in until <DateTime at={viewer.expiresAt} />
            </span>
            <span class="muted">Runlog {viewer.version}</span>
          </div>
        }
      />
      {choosesZone && <ZoneDialog onClose={() => setChoosesZone(false)} />}
    </>
  );
}
