import { useEffect, useState } from 'preact/hooks';

const LATE_MILLIS = 150;

/** Whether something has been so for a while. What is over sooner should not flicker. */
export function useLate(is: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!is) return;
    const timer = setTimeout(() => setLate(true), LATE_MILLIS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [is]);
  return is && late;
}
