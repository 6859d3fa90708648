import type { ComponentChildren } from 'preact';
import { Link } from '../app/navigate';
import { Icon, type IconName } from './Icon';
import { Popup } from './Popup';
import './menu.css';

export interface MenuItem {
  readonly label: ComponentChildren;
  /** A key that does the same, shown at the right. */
  readonly hint?: string;
  run?(): void;
  /** A path below `/ui`, instead of `run`. */
  readonly to?: string;
  /** An address outside of the console, instead of `run`. */
  readonly href?: string;
  /** Makes it an item that is switched on and off, or one of a group. */
  readonly checked?: boolean;
  readonly unavailable?: string | null;
  /** Draws a line above it. */
  readonly separated?: boolean;
  /** Keeps the menu open, for several choices. */
  readonly stays?: boolean;
}

interface MenuProps {
  label: string;
  text?: ComponentChildren;
  icon?: IconName;
  kind?: 'plain' | 'quiet';
  active?: boolean;
  caret?: boolean;
  header?: ComponentChildren;
  items: readonly MenuItem[];
}

/** A button that opens a menu. The arrow keys, Home, End and the first letter move in it. */
export function Menu({ items, header, ...button }: MenuProps) {
  return (
    <Popup {...button} haspopup="menu">
      {close => (
        <>
          {header}
          <div class="menu" role="menu" aria-label={button.label} onKeyDown={move}>
            {items.map((item, index) => (
              <Item key={index} item={item} close={close} />
            ))}
          </div>
        </>
      )}
    </Popup>
  );
}

function Item({ item, close }: { item: MenuItem; close: () => void }) {
  const isChoice = item.checked !== undefined;
  const attributes = {
    class: item.separated ? 'menu-item is-separated' : 'menu-item',
    role: isChoice ? 'menuitemcheckbox' : 'menuitem',
    tabIndex: -1,
    ...(isChoice ? { 'aria-checked': item.checked } : {}),
    ...(item.unavailable ? { 'aria-disabled': true, title: item.unavailable } : {}),
  } as const;
  const content = (
    <>
      {isChoice && <span class="menu-check">{item.checked && <Icon name="check" size={14} />}</span>}
      <span class="menu-label">{item.label}</span>
      {item.hint && <kbd>{item.hint}</kbd>}
    </>
  );
  if (item.to !== undefined && !item.unavailable) {
    return (
      <Link {...attributes} to={item.to} onClick={() => close()}>
        {content}
      </Link>
    );
  }
  if (item.href !== undefined) {
    return (
      <a {...attributes} href={item.href}>
        {content}
      </a>
    );
  }
  return (
    <button
      {...attributes}
      type="button"
      onClick={() => {
        if (item.unavailable) return;
        item.run?.();
        if (!item.stays) close();
      }}
    >
      {content}
    </button>
  );
}

function move(event: KeyboardEvent) {
  const menu = event.currentTarget as HTMLElement;
  const items = [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = target(event.key, at, items);
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  next?.focus();
}

function target(key: string, at: number, items: HTMLElement[]): HTMLElement | null | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length];
  if (key === 'ArrowUp') return items[(at - 1 + items.length) % items.length];
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return rest.find(item => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase())) ?? null;
}
