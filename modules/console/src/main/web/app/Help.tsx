import { useStore } from '../api/store';
import { Dialog } from '../parts/Dialog';
import { keyScopes } from './keys';

/** All keys that work on this page. */
export function Help({ onClose }: { onClose: () => void }) {
  const scopes = useStore(keyScopes);
  const names = [...new Set(scopes.filter(scope => scope.bindings.length > 0).map(scope => scope.name))];
  return (
    <Dialog title="Keys" onClose={onClose} wide>
      <div class="help">
        {names.map(name => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {scopes
                .filter(scope => scope.name === name)
                .flatMap(scope => scope.bindings)
                .map(({ key, label }) => (
                  <>
                    <dt>
                      {key.split(' ').map(one => (
                        <kbd key={one}>{one}</kbd>
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="muted">
        A run is called an execution in the API. All keys are off while you type, and Esc closes what is open.
      </p>
    </Dialog>
  );
}
