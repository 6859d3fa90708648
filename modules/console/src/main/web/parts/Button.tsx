import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './Icon';
import './button.css';

interface ButtonProps extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'label'> {
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: IconName;
  /** Name of a button that shows only an icon; also its tooltip. */
  label?: string;
  /** Why it cannot be used. It stays reachable by keyboard, so that the reason can be read. */
  unavailable?: string | null | undefined;
  busy?: boolean;
  children?: ComponentChildren;
}

export function Button({
  kind = 'plain',
  icon,
  label,
  unavailable,
  busy = false,
  children,
  onClick,
  class: extra = '',
  ...rest
}: ButtonProps) {
  const blocked = busy || Boolean(unavailable);
  return (
    <button
      type="button"
      title={unavailable ?? label}
      {...(label ? { 'aria-label': label } : {})}
      {...rest}
      class={`button button-${kind}${children ? '' : ' is-icon'} ${extra}`}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={event => {
        if (blocked) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
