export function FirstRun({ onDone }: { onDone: () => void }) {
  return (
    <button type="button" onClick={onDone}>
      Record your first run
    </button>
  );
}
