import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import './field.css';

/** Texts that people type become part of URLs, which servers limit. No name, key or label is longer. */
const TEXT_MAX = 600;

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
}

interface ControlAttributes {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/** A label, a control, and below it the error or a hint. The control gets the attributes that connect them. */
export function Field({
  label,
  hint,
  error,
  hideLabel = false,
  children,
}: FieldProps & { children: (attributes: ControlAttributes) => ComponentChildren }) {
  const id = useId();
  const note = error || hint;
  return (
    <div class="field">
      <label for={id} class={hideLabel ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': note ? `${id}-note` : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {note && (
        <div id={`${id}-note`} class={error ? 'field-error' : 'field-hint'} role={error ? 'alert' : undefined}>
          {note}
        </div>
      )}
    </div>
  );
}

interface TextFieldProps extends FieldProps, Omit<JSX.IntrinsicElements['input'], 'label' | 'value' | 'onInput'> {
  value: string;
  onInput: (value: string) => void;
}

export function TextField({ label, hint, error, hideLabel = false, onInput, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {attributes => (
        <input
          type="text"
          autocomplete="off"
          spellcheck={false}
          maxLength={TEXT_MAX}
          {...input}
          {...attributes}
          class="input"
          onInput={event => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SelectFieldProps<T extends string> extends FieldProps {
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

export function SelectField<T extends string>({ value, options, onChange, ...field }: SelectFieldProps<T>) {
  return (
    <Field {...field}>
      {attributes => (
        <select
          {...attributes}
          class="input"
          value={value}
          onChange={event => onChange(event.currentTarget.value as T)}
        >
          {options.map(option => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
