export function CleanupPage() {
  return <h1>Clean up</h1>;
}
