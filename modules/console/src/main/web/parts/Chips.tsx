import type { ComponentChildren } from 'preact';
import { visible } from '../text/visible';
import { Icon } from './Icon';
import './chips.css';

/** A row of chips. */
export function Chips({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="chips" role="group" aria-label={label}>
      {children}
    </div>
  );
}

interface ToggleChipProps {
  pressed: boolean;
  onClick: (event: MouseEvent) => void;
  title?: string | undefined;
  children: ComponentChildren;
}

/** A chip that is on or off. */
export function ToggleChip({ pressed, onClick, title, children }: ToggleChipProps) {
  return (
    <button type="button" class="chip" aria-pressed={pressed} onClick={onClick} title={title}>
      {children}
    </button>
  );
}

/** A chip with a condition that can be removed. */
export function RemovableChip({
  text,
  onRemove,
  warn = false,
}: {
  text: string;
  onRemove: () => void;
  warn?: boolean;
}) {
  return (
    <span class={warn ? 'chip is-removable is-warn' : 'chip is-removable'}>
      <span class="recorded" title={text}>
        {visible(text)}
      </span>
      <button type="button" class="chip-remove" aria-label={`Remove ${text}`} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

/** A label of a run, such as `env=prod`. */
export function Label({ name, value, children }: { name: string; value: string; children?: ComponentChildren }) {
  return (
    <span class="label recorded" title={`${name}=${value}`}>
      <span class="label-name">{visible(name)}=</span>
      {children ?? visible(value)}
    </span>
  );
}
