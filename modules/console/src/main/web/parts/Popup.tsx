import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';
import './popup.css';

interface PopupProps {
  /** Name of the button. */
  label: string;
  /** What the button shows, if not its name. */
  text?: ComponentChildren;
  icon?: IconName;
  kind?: 'plain' | 'quiet';
  /** Whether the button marks something that is set. */
  active?: boolean;
  /** `menu` if the panel holds a `role=menu`. */
  haspopup?: 'menu' | 'dialog';
  unavailable?: string | null;
  caret?: boolean;
  onOpen?: () => void;
  children: (close: () => void) => ComponentChildren;
}

/** A button with a panel below it. The panel closes on Esc, on a click elsewhere, and when the focus leaves it. */
export function Popup({
  label,
  text,
  icon,
  kind = 'plain',
  active = false,
  haspopup = 'dialog',
  unavailable = null,
  caret = true,
  onOpen,
  children,
}: PopupProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();

  function close(focusButton = true) {
    setOpen(false);
    if (focusButton) root.current?.querySelector<HTMLElement>('button')?.focus();
  }

  useEffect(() => {
    if (!open) return;
    const onDown = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close(false);
    };
    addEventListener('pointerdown', onDown);
    return () => removeEventListener('pointerdown', onDown);
  }, [open]);

  useLayoutEffect(() => {
    const box = panel.current;
    if (!open || !box) return;
    // Keeps the panel inside the window: it hangs from the button's right edge if it would not fit.
    if (box.getBoundingClientRect().right > innerWidth - 8) box.classList.add('is-end');
    const first =
      box.querySelector<HTMLElement>('[data-autofocus]') ??
      box.querySelector<HTMLElement>('input, select, [role^=menuitem], button, a');
    first?.focus();
  }, [open]);

  return (
    <span
      class="popup"
      ref={root}
      onKeyDown={event => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        event.preventDefault();
        close();
      }}
      onFocusOut={event => {
        const next = event.relatedTarget as Node | null;
        if (open && next && !root.current?.contains(next)) close(false);
      }}
    >
      <Button
        kind={kind}
        class={active ? 'is-active' : ''}
        {...(icon ? { icon } : {})}
        {...(text === undefined ? {} : { label })}
        unavailable={unavailable}
        aria-haspopup={haspopup}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        {text === undefined ? label : text}
        {caret && <Icon name="down" size={12} />}
      </Button>
      {open && (
        <div
          class="popup-panel"
          id={id}
          ref={panel}
          {...(haspopup === 'dialog' ? { role: 'dialog', 'aria-label': label } : {})}
        >
          {children(close)}
        </div>
      )}
    </span>
  );
}
