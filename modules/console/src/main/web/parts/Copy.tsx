import { useEffect, useState } from 'preact/hooks';
import { toast } from '../app/toast';
import { Button } from './Button';

/** Copies a text. Returns false, and says so, where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast('The browser did not allow copying. Select the text and copy it by hand.');
    return false;
  }
}

/** A button that copies a text, and says so. */
export function Copy({
  text,
  label = 'Copy',
  children,
}: {
  text: string | (() => string);
  label?: string;
  children?: string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <>
      <Button
        kind="quiet"
        icon={copied ? 'check' : 'copy'}
        label={label}
        onClick={async () => setCopied(await copyText(typeof text === 'string' ? text : text()))}
      >
        {children}
      </Button>
      <span class="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}
