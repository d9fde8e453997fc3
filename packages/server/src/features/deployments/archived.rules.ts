/** What is said of an archived deployment where its updates are asked for. */
export function archivedMessage(deploymentId: string, archivedAt: Date): string {
  return `${deploymentId} was archived at ${archivedAt.toISOString()}: its counts are kept, its updates are not`;
}
