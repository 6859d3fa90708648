export function App() {
  return <h1>Runlog</h1>;
}
