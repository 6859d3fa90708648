// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStore, useStore } from '../../../main/web/api/store';
import { AgeField, KeepLastField, OwnersField, useFields, WorkflowField } from '../../../main/web/cleanup/fields';
import type { Owners } from '../../../main/web/text/words';

interface Values {
  readonly age: string | null;
  readonly keep: number | null;
  readonly owners: Owners;
  readonly workflow: string | null;
}

const START: Values = { age: 'P30D', keep: null, owners: null, workflow: null };
const WORKFLOWS = [
  { id: 'id-alpha', key: 'alpha', name: 'Alpha' },
  { id: 'id-beta', key: 'beta', name: 'Beta' },
];
/** The values outside of the fields. Back, a link and the fields themselves change them. */
const outside = createStore(START);
const change = (next: Partial<Values>) => act(() => outside.set({ ...outside.get(), ...next }));

function Form() {
  const values = useStore(outside);
  const { set, isUnread } = useFields<Values>(values, next => outside.set({ ...values, ...next }));
  return (
    <form data-unread={isUnread}>
      <AgeField label="Older than" value={values.age} onChange={age => set('age', age)} />
      <KeepLastField value={values.keep} onChange={keep => set('keep', keep)} />
      <OwnersField value={values.owners} onChange={owners => set('owners', owners)} />
      <WorkflowField value={values.workflow} onChange={workflow => set('workflow', workflow)} />
    </form>
  );
}

beforeEach(async () => {
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    const { operationName, variables } = JSON.parse(body);
    const data =
      operationName === 'WorkflowName'
        ? { workflow: WORKFLOWS.find(({ id }) => id === variables.id) ?? null }
        : { workflows: { nodes: WORKFLOWS.filter(({ key }) => key.includes(variables.search ?? '')) } };
    return new Response(JSON.stringify({ data }));
  });
  outside.set(START);
  await act(() => render(<Form />, document.body));
});

afterEach(async () => {
  await act(() => render(null, document.body));
  vi.unstubAllGlobals();
});

type Control = HTMLInputElement | HTMLSelectElement;

function find(label: string): Control | null {
  const found = [...document.querySelectorAll('label')].find(({ textContent }) => textContent === label);
  return found ? (document.getElementById(found.htmlFor) as Control) : null;
}

const text = (label: string) => find(label)?.value;
const isUnread = () => document.querySelector('form')?.dataset.unread === 'true';

function enter(label: string, value: string) {
  return act(() => {
    const control = find(label)!;
    control.value = value;
    control.dispatchEvent(new Event(control instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  });
}

function leave(label: string) {
  return act(() => {
    find(label)!.dispatchEvent(new FocusEvent('blur'));
  });
}

const KEEP = 'Keep the newest of each workflow';

test('a number of runs to keep does not outlive its value', async () => {
  await enter(KEEP, '100');
  expect(outside.get().keep).toBe(100);

  await change({ keep: null });

  expect(text(KEEP)).toBe('');
});

test('text that is not understood counts until the value changes', async () => {
  await enter(KEEP, '100');
  await enter(KEEP, 'few');
  expect([text(KEEP), outside.get().keep, isUnread()]).toEqual(['few', 100, true]);

  await change({ age: 'P7D' });
  expect([text(KEEP), isUnread()]).toEqual(['few', true]);

  await change({ keep: null });
  expect([text(KEEP), isUnread()]).toEqual(['', false]);

  await change({ keep: 100 });
  expect([text(KEEP), isUnread()]).toEqual(['100', false]);
});

test('another age does not outlive its value', async () => {
  await enter('Older than', 'other');
  expect(text('Age')).toBe('30 days');
  await enter('Age', '45 days');
  expect(outside.get().age).toBe('P45D');

  await change({ age: 'P30D' });
  expect([text('Older than'), find('Age')]).toEqual(['P30D', null]);

  await change({ age: 'P45D' });
  expect([text('Older than'), text('Age')]).toEqual(['other', '45 days']);
});

test('an age stays as it is typed while it means the value', async () => {
  await enter('Older than', 'other');
  await enter('Age', '48 h');
  expect([outside.get().age, text('Age')]).toEqual(['P2D', '48 h']);

  await enter('Age', '48');
  expect([outside.get().age, text('Age'), isUnread()]).toEqual(['P2D', '48', true]);

  await change({ age: 'P7D' });
  expect([text('Older than'), isUnread()]).toEqual(['P7D', false]);
});

test('owners follow their value', async () => {
  await change({ owners: 'all' });
  await enter('Of the owner', 'own');
  expect(outside.get().owners).toBeNull();

  await change({ owners: 'all' });
  expect(text('Of the owner')).toBe('all');

  await enter('Of the owner', 'one');
  expect([outside.get().owners, isUnread()]).toEqual(['all', true]);
  await enter('Owner', 'bob');
  expect([outside.get().owners, isUnread()]).toEqual([{ owner: 'bob' }, false]);

  await change({ owners: { owner: 'bob' } });
  expect(text('Owner')).toBe('bob');
  await change({ owners: { owner: 'eve' } });
  expect(text('Owner')).toBe('eve');
  await change({ owners: null });
  expect([text('Of the owner'), find('Owner')]).toEqual(['own', null]);
});

test('a workflow follows its value, and its ID stands for it if it cannot be read', async () => {
  const field = 'Of the workflow';
  await enter(field, 'bet');
  expect([outside.get().workflow, isUnread()]).toEqual([null, true]);
  await vi.waitFor(() => expect(document.querySelectorAll('option[value=beta]').length).toBe(1));
  await vi.waitFor(() => expect(document.querySelectorAll('option[value=alpha]').length).toBe(0));
  await leave(field);
  expect([outside.get().workflow, text(field), isUnread()]).toEqual(['id-beta', 'beta', false]);

  await change({ workflow: 'id-alpha' });
  await vi.waitFor(() => expect(text(field)).toBe('alpha'));

  await enter(field, 'beta');
  expect(outside.get().workflow).toBe('id-beta');
  await enter(field, 'nothing');
  expect([outside.get().workflow, isUnread()]).toEqual(['id-beta', true]);
  await change({ workflow: 'id-deleted' });
  expect(isUnread()).toBe(false);
  await vi.waitFor(() => expect(text(field)).toBe('id-deleted'));

  await change({ workflow: null });
  expect(text(field)).toBe('');
});
