/** What is said where a flow is saved under a name that another one has. */
export function takenNameMessage(name: string): string {
  return `There is a flow ${name} already; send the text to it with PUT as a new version`;
}

/** What is said where several flows are sent as the new version of one. */
export const oneFlowMessage = 'The text must hold exactly one flow, the new version of this one';
