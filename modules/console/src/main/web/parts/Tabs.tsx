import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import './tabs.css';

export interface Tab<T extends string> {
  readonly id: T;
  readonly label: string;
  /** A figure or size after the label. */
  readonly note?: string | undefined;
}

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly Tab<T>[];
  selected: T;
  onSelect: (id: T) => void;
  /** Content of the selected tab. */
  children: ComponentChildren;
}

/** Tabs with their panel. The arrow keys, Home and End select. */
export function Tabs<T extends string>({ label, tabs, selected, onSelect, children }: TabsProps<T>) {
  const id = useId();
  function select(tab: T) {
    if (tab !== selected) onSelect(tab);
  }
  function move(event: KeyboardEvent) {
    const at = tabs.findIndex(tab => tab.id === selected);
    const to =
      event.key === 'ArrowRight'
        ? (at + 1) % tabs.length
        : event.key === 'ArrowLeft'
          ? (at - 1 + tabs.length) % tabs.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? tabs.length - 1
              : -1;
    const tab = tabs[to];
    if (!tab) return;
    event.preventDefault();
    select(tab.id);
    document.getElementById(`${id}-${tab.id}`)?.focus();
  }
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            class="tab"
            aria-selected={tab.id === selected}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => select(tab.id)}
          >
            {tab.label}
            {tab.note && <span class="tab-note">{tab.note}</span>}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${selected}`} class="tab-panel">
        {children}
      </div>
    </>
  );
}
