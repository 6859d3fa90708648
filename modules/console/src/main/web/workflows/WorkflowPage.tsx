export function WorkflowPage(_: { id: string }) {
  return <h1>Workflow</h1>;
}
