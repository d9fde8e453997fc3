/** The time that `<input type="datetime-local">` holds, as the API takes it; undefined for none. */
export function timeOfInput(text: string): string | undefined {
  if (text === '') return undefined;
  const time = new Date(text);
  // What is no time is left to the schema, which says so at the field.
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
