export function FirstRun() {
  return <h1>Record your first run</h1>;
}
