export function RunningPage() {
  return <h1>Running now</h1>;
}
